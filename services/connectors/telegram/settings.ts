import { z } from 'zod';

/** What a person may set of a bot. */
export const settings = z.object({
  apiUrl: z
    .url({ protocol: /^https?$/ })
    .default('https://api.telegram.org')
    .describe("Address of the Bot API; another one for a company's own Bot API server"),
  isBusy: z
    .boolean()
    .default(false)
    .describe(
      'For a bot with more than some ten messages a second: calls come in parallel and may overtake each other',
    ),
  pollTimeoutSeconds: z
    .int()
    .min(0)
    .max(50)
    .default(50)
    .describe('Without a public address: how long one request waits for news'),
});

/** Settings of a channel, complete. */
export type Settings = z.output<typeof settings>;
