import { z } from 'zod';

/** What a person may set of a page. */
export const settings = z.object({
  appId: z
    .string()
    .regex(/^\d{5,20}$/, 'is a number of 5 to 20 digits')
    .describe('App ID, as the settings page of the Meta app shows it'),
  apiUrl: z
    .url({ protocol: /^https?$/ })
    .default('https://graph.facebook.com')
    .describe('Address of the Graph API'),
  signInUrl: z
    .url({ protocol: /^https?$/ })
    .default('https://www.facebook.com')
    .describe('Address where people let the app in'),
  apiVersion: z
    .string()
    .regex(/^v\d{1,3}\.\d$/, 'looks like v25.0')
    .default('v25.0')
    .describe('Version of the Graph API; each lives some two years'),
});

/** Settings of a channel, complete. */
export type Settings = z.output<typeof settings>;
