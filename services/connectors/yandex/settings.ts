import { z } from 'zod';

/** What a person may set of a bot. */
export const settings = z.object({
  apiUrl: z
    .url({ protocol: /^https?$/ })
    .default('https://botapi.messenger.yandex.net')
    .describe('Address of the Bot API'),
  pollSeconds: z
    .int()
    .min(1)
    .max(60)
    .default(2)
    .describe('Without a public address: how long to wait after a question that brought nothing'),
});

/** Settings of a channel, complete. */
export type Settings = z.output<typeof settings>;
