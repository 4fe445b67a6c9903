import { z } from 'zod';

const count = z.int().min(0).max(0xffff_ffff);
const size = z.int().min(0);

/** Pieces that the forms of many platforms are made of. */
export const wire = {
  /** Half a character, which the bus could not carry, becomes a question mark of its own length. */
  text: z.string().transform((value) => value.toWellFormed()),
  /** What a count of ours can hold. */
  count,
  /** Bytes. */
  size,
  /** The same where it is only nice to know: in a form that we do not know it is left out. */
  optionalCount: count.optional().catch(undefined),
  optionalSize: size.optional().catch(undefined),
  /** Since 1970, as far as an instant of ours reaches. */
  seconds: z.int().min(0).max(253_402_300_799),
  /** Each or none of these. */
  some: <Shape extends z.ZodRawShape>(shape: Shape) => z.object(shape).partial(),
};
