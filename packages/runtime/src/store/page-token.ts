import type { z } from 'zod';
import { invalidArgument } from '../errors.ts';

/** Writes the place where the next page begins as a token: opaque to callers, not a secret. Pure. */
export function writePageToken(place: unknown): string {
  return Buffer.from(JSON.stringify(place)).toString('base64url');
}

/**
 * Reads a token of {@link writePageToken}; undefined for an empty one (the first page). Throws `invalid_argument` for
 * whatever is not a token of that list. Pure.
 */
export function readPageToken<Place>(token: string, schema: z.ZodType<Place>): Place | undefined {
  if (token === '') return undefined;
  const place = token.length > 1_000 ? undefined : parse(token);
  const result = schema.safeParse(place);
  if (result.success) return result.data;
  throw invalidArgument({
    field: 'page_token',
    description: 'must be next_page_token of a former answer of the same list',
  });
}

function parse(token: string): unknown {
  try {
    return JSON.parse(Buffer.from(token, 'base64url').toString());
  } catch {
    return undefined;
  }
}
