import { z } from 'zod';

/** A hook call, as far as it is looked at. */
export const updateSchema = z.object({
  type: z.string(),
  message: z
    .object({
      id: z.string(),
      number: z.number().int().nonnegative(),
      sentAt: z.number(),
      from: z.object({ id: z.string(), name: z.string().default('') }),
      text: z.string(),
    })
    .optional(),
});

/** What the platform answers to a message that it took. */
export const sentSchema = z.object({ id: z.string() });

/** Whose account a token is. */
export const accountSchema = z.object({ id: z.string(), name: z.string() });

/** What the platform says of a refusal. */
export const refusalSchema = z.object({ error: z.string().default(''), retryAfterSeconds: z.number().optional() });
