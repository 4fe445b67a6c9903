import { z } from 'zod';

/** What a person may set of a bot. */
export const settings = z.object({
  apiUrl: z
    .url({ protocol: /^https?$/ })
    .default('https://chatapi.viber.com')
    .describe('Address of the Viber API'),
  senderName: z
    .string()
    .max(28)
    .default('')
    .describe("Name above our messages where no operator is named; empty: the channel's name"),
  senderAvatarUrl: z
    .union([z.literal(''), z.url({ protocol: /^https$/ })])
    .default('')
    .describe('Picture beside it: a public address, at most 100 kB'),
  welcome: z
    .string()
    .max(5_000)
    .default('')
    .describe(
      'Shown to whoever opens the conversation and is not subscribed yet; empty: nothing. It is not in history',
    ),
});

/** Settings of a channel, complete. */
export type Settings = z.output<typeof settings>;
