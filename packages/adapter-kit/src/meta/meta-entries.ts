import { z } from 'zod';
import type { RawCall } from '../connector.ts';
import { ConnectorError } from '../connector-error.ts';
import { readAs, readJson } from '../read-body.ts';

/** A call of Meta: entries of several accounts. Each is read by itself, so that a strange one costs the others nothing. */
const callSchema = z.looseObject({ object: z.string(), entry: z.array(z.unknown()) });
const aboutSchema = z.object({ id: z.coerce.string() });

/**
 * What a call tells of an account, entry by entry, unread; none for a handshake. An entry that names nobody may be anybody's.
 * Throws ConnectorError 'malformed' for what is no call, 'unknown_kind' for one about another object. Pure.
 */
export function metaEntriesOf({ body }: RawCall, object: string, accountId: string): readonly unknown[] {
  if (body.length === 0) return [];
  const call = readAs(callSchema, readJson(body));
  if (call.object !== object) throw new ConnectorError('unknown_kind', `a call that is not about a ${object}`);
  return call.entry.filter((entry) => isAbout(entry, accountId));
}

/** Divides a call by the accounts of its entries; a handshake is everybody's. For `divide` of a shared hook. Pure. */
export function divideMetaCall(call: RawCall): (accountId: string) => Uint8Array | undefined {
  return divideEntries(call, (entry, accountId) => (isAbout(entry, accountId) ? entry : undefined));
}

/**
 * The same where an entry is no account's own: `shareOf` gives what of it is for an account, the entry itself if it is the whole,
 * undefined if it is nothing. Pure.
 */
export function divideEntries(
  { body }: RawCall,
  shareOf: (entry: unknown, accountId: string) => unknown,
): (accountId: string) => Uint8Array | undefined {
  if (body.length === 0) return () => body;
  const { entry: all, ...rest } = readAs(callSchema, readJson(body));
  return (accountId) => {
    const entry = all.map((one) => shareOf(one, accountId)).filter((share) => share !== undefined);
    if (entry.length === 0) return undefined;
    const isWhole = entry.length === all.length && entry.every((share, index) => share === all[index]);
    // Bytes that are one account's alone stay as they came.
    return isWhole ? body : Buffer.from(JSON.stringify({ ...rest, entry }));
  };
}

function isAbout(entry: unknown, accountId: string): boolean {
  const { id = accountId } = aboutSchema.safeParse(entry).data ?? {};
  return id === accountId;
}
