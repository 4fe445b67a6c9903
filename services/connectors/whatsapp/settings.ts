import { z } from 'zod';

const number = z.string().regex(/^\d{5,20}$/, 'is a number of 5 to 20 digits');

/** What a person may set of a number. */
export const settings = z.object({
  phoneNumberId: number.describe('Phone number ID, as the API setup page of the app shows it: not the number itself'),
  businessAccountId: number.describe('WhatsApp Business Account ID, beside it'),
  messagesPerSecond: z
    .int()
    .min(1)
    .max(1_000)
    .default(80)
    .describe('Messages a second that the number may send: 20 where it is also in the WhatsApp Business app'),
  apiUrl: z
    .url({ protocol: /^https?$/ })
    .default('https://graph.facebook.com')
    .describe('Address of the Graph API'),
  apiVersion: z
    .string()
    .regex(/^v\d{1,3}\.\d$/, 'looks like v25.0')
    .default('v25.0')
    .describe('Version of the Graph API; each lives some two years'),
});

/** Settings of a channel, complete. */
export type Settings = z.output<typeof settings>;
