import { invalidArgument } from '../errors.ts';

/** Longest id, idempotency key or name in a request, in characters. */
export const longestKey = 200;

/** The idempotency key of a request that changes something. Throws `invalid_argument` unless it has 1 to 200 characters. */
export function requireIdempotencyKey(key: string): string {
  return requireText('idempotency_key', key);
}

/** A required text of 1 to `longest` characters. Throws `invalid_argument` with the field's name. */
export function requireText(field: string, text: string, longest: number = longestKey): string {
  if (text.trim() === '') throw invalidArgument({ field, description: 'is required' });
  if (text.length > longest) throw invalidArgument({ field, description: `must have ${longest} characters at most` });
  return text;
}

/** How many things of a list are wanted: 0 means the usual. Throws `invalid_argument` above the most. */
export function pageSizeOf(
  pageSize: number,
  { usual, most }: { readonly usual: number; readonly most: number },
): number {
  if (pageSize > most) throw invalidArgument({ field: 'page_size', description: `must be ${most} at most` });
  return pageSize === 0 ? usual : pageSize;
}

/** Something that a request must hold. Throws `invalid_argument` with the field's name when it is absent. */
export function requireField<T>(field: string, value: T | undefined): T {
  if (value === undefined) throw invalidArgument({ field, description: 'is required' });
  return value;
}

const consumerName = /^[A-Za-z0-9._-]{1,64}$/;

/** Name of a consumer of a portal. Throws `invalid_argument` with the field's name. */
export function requireConsumerName(field: string, name: string): string {
  if (consumerName.test(name)) return name;
  throw invalidArgument({ field, description: 'must have 1 to 64 of the characters a-z, A-Z, 0-9, ".", "_", "-"' });
}
