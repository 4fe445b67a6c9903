import { z } from 'zod';
import { nameMax } from './types-limits.ts';

/** What a person may set. A channel with a code joins that line; one without is a line that others join. */
export const settings = z.object({
  publicName: z
    .string()
    .min(1)
    .max(nameMax)
    .describe('Name that the other side sees: all that it learns of the company beside what is written'),
  isOpen: z.boolean().default(true).describe('Of a line: whether others may join it by its code'),
  codeNumber: z
    .int()
    .min(1)
    .max(1_000_000)
    .default(1)
    .describe('Of a line: another number makes another code, and the former one opens nothing. Who has joined stays'),
  refused: z
    .array(z.string().max(64))
    .max(1_000)
    .default([])
    .describe('Of a line: partners that may not write any more, by their ids'),
});

/** Settings of a channel, complete. */
export type Settings = z.output<typeof settings>;
