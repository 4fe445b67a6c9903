import { z } from 'zod';

/** Pieces that the forms of many platforms are made of. */
export const wire = {
  /** Half a character, which the bus could not carry, becomes a question mark of its own length. */
  text: z.string().transform((value) => value.toWellFormed()),
  /** What a count of ours can hold. */
  count: z.int().min(0).max(0xffff_ffff),
  /** Bytes. */
  size: z.int().min(0),
  /** Since 1970, as far as an instant of ours reaches. */
  seconds: z.int().min(0).max(253_402_300_799),
  /** Each or none of these. */
  some: <Shape extends z.ZodRawShape>(shape: Shape) => z.object(shape).partial(),
};
