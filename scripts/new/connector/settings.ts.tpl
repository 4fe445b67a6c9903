import { z } from 'zod';

/** What a person gives beside the token. */
export const settings = z.object({
  apiUrl: z.url().default('https://api.__name__.example').describe('Address of the API.'),
});

/** The settings as read. */
export type Settings = z.output<typeof settings>;
