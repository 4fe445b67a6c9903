import { z } from 'zod';
import type { RawCall } from '../connector.ts';
import { ConnectorError } from '../connector-error.ts';
import { readAs, readJson } from '../read-body.ts';

/** A call of Meta: entries of several accounts. Each is read by itself, so that a strange one costs the others nothing. */
const callSchema = z.looseObject({ object: z.string(), entry: z.array(z.unknown()) });
const aboutSchema = z.object({ id: z.union([z.string(), z.number()]).transform(String) });

/**
 * What a call tells of an account, entry by entry, unread; none for a handshake. An entry that names nobody may be anybody's.
 * Throws ConnectorError 'malformed' for what is no call, 'unknown_kind' for one about another object. Pure.
 */
export function metaEntriesOf({ body }: RawCall, object: string, accountId: string): readonly unknown[] {
  if (body.length === 0) return [];
  const call = readAs(callSchema, readJson(body));
  if (call.object !== object) throw new ConnectorError('unknown_kind', `a call that is not about a ${object}`);
  return call.entry.filter((entry) => (accountOf(entry) ?? accountId) === accountId);
}

/** Divides a call by the accounts of its entries; a handshake is everybody's. For `divide` of a shared hook. Pure. */
export function divideMetaCall(call: RawCall): (accountId: string) => Uint8Array | undefined {
  return divideEntries(call, (entry) => {
    const accountId = accountOf(entry);
    return {
      named: new Set(accountId === undefined ? [] : [accountId]),
      shareOf: (asked) => (asked === accountId ? entry : undefined),
    };
  });
}

/** Whose an entry is. */
export interface EntryShares {
  /** The accounts that it names. */
  readonly named: ReadonlySet<string>;
  /** What one of them gets of it, the entry itself where that is the whole; undefined asks for what all the others get. */
  readonly shareOf: (accountId: string | undefined) => unknown;
}

/**
 * The same where an entry may be several accounts': `sharesOf` reads whose it is, once an entry, however many accounts are asked
 * for. Pure.
 */
export function divideEntries(
  { body }: RawCall,
  sharesOf: (entry: unknown) => EntryShares,
): (accountId: string) => Uint8Array | undefined {
  if (body.length === 0) return () => body;
  const { entry: all, ...around } = readAs(callSchema, readJson(body));
  const read = all.map(sharesOf);
  const own = new Map<string, Map<number, EntryShares>>();
  for (const [place, shares] of read.entries()) {
    for (const accountId of shares.named) {
      const places = own.get(accountId) ?? new Map<number, EntryShares>();
      own.set(accountId, places.set(place, shares));
    }
  }
  const rest = read.flatMap(({ shareOf }, place) => {
    const share = shareOf(undefined);
    return share === undefined ? [] : [[place, share] as const];
  });
  const bodyOf = (shares: ReadonlyMap<number, unknown>) => {
    if (shares.size === 0) return undefined;
    const entry = [...shares].toSorted(([one], [other]) => one - other).map(([, share]) => share);
    const isWhole = entry.length === all.length && entry.every((share, place) => share === all[place]);
    // Bytes that are one account's alone stay as they came.
    return isWhole ? body : Buffer.from(JSON.stringify({ ...around, entry }));
  };
  // Whoever is not named gets the same: made once for all of them.
  let others: { readonly body: Uint8Array | undefined } | undefined;
  return (accountId) => {
    const places = own.get(accountId);
    if (places !== undefined) {
      const named = [...places].map(([place, { shareOf }]) => [place, shareOf(accountId)] as const);
      return bodyOf(new Map([...rest, ...named]));
    }
    others ??= { body: bodyOf(new Map(rest)) };
    return others.body;
  };
}

function accountOf(entry: unknown): string | undefined {
  return aboutSchema.safeParse(entry).data?.id;
}
