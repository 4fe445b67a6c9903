import { z } from 'zod';

const address = z.url({ protocol: /^https?$/ });

/** What a person may set of a community. */
export const settings = z.object({
  apiUrl: address.default('https://api.vk.com').describe('Address of the VK API'),
  oauthUrl: address.default('https://oauth.vk.com').describe('Address where people agree'),
  appId: z.string().regex(/^\d*$/).default('').describe('To sign in at VK: number of your app there'),
  communityIds: z
    .string()
    .regex(/^[\d,]*$/)
    .default('')
    .describe('To sign in at VK: numbers of the communities, by commas'),
  isTypingTold: z.boolean().default(false).describe('Show when a person types: VK then calls at every few letters'),
  pollTimeoutSeconds: z
    .int()
    .min(0)
    .max(90)
    .default(25)
    .describe('Without a public address: how long one request waits for news'),
});

/** Settings of a channel, complete. */
export type Settings = z.output<typeof settings>;
