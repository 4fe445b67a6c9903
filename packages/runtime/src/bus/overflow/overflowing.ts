import type { KeyedEntry, KeyedHead } from '../ports.ts';
import type { OverflowStore, StoredReference } from './overflow-store.ts';
import type { PortalShare } from './portal-share.ts';
import { totalsBehind, totalsHeader, withMessage } from './totals.ts';

/** Whose entries. */
export interface EntriesOf {
  readonly lane: number;
  readonly portalId: string;
  /** Where they will be published. */
  readonly subject: string;
}

/** Gives each message of a portal's stream its place: in the stream, or in the object store behind a reference. */
export interface Overflowing {
  /** The entries as they are to be published, each with its totals; the objects that they refer to are there. Never rejects. */
  place(of: EntriesOf, head: KeyedHead, entries: readonly KeyedEntry[]): Promise<readonly KeyedEntry[]>;
}

/** What {@link createOverflowing} wants. */
export interface OverflowingOptions {
  readonly store: Pick<OverflowStore, 'put'>;
  readonly share: PortalShare;
  /** Milliseconds that never go back. */
  readonly now: () => number;
  /** A message went to the object store. */
  readonly onOverflowed: (bytes: number) => void;
  /** The store did not take one: it stays in the stream. */
  readonly onRefused: (error: unknown) => void;
}

/** A store that did not take a message is not asked again for so long: the lane must not wait for it. */
const restMs = 30_000;

/** Makes it, once a process. */
export function createOverflowing({ store, share, now, onOverflowed, onRefused }: OverflowingOptions): Overflowing {
  let restsUntilMs = Number.NEGATIVE_INFINITY;
  const stored = async (subject: string, data: Uint8Array): Promise<StoredReference | undefined> => {
    if (now() < restsUntilMs) return undefined;
    try {
      const reference = await store.put(subject, data);
      onOverflowed(data.length);
      return reference;
    } catch (error) {
      restsUntilMs = now() + restMs;
      onRefused(error);
      return undefined;
    }
  };
  return {
    place: async ({ lane, portalId, subject }, head, entries) => {
      const placed: KeyedEntry[] = [];
      let totals = totalsBehind(head.last);
      for (const entry of entries) {
        const isOver = await share.isOver(lane, portalId, withMessage(totals, entry.data));
        const reference = isOver ? await stored(subject, entry.data) : undefined;
        totals = reference ? withMessage(totals, reference.data, entry.data.length) : withMessage(totals, entry.data);
        const own = { ...entry.headers, ...reference?.headers, ...totalsHeader(totals) };
        placed.push({ ...entry, data: reference?.data ?? entry.data, headers: own });
      }
      return placed;
    },
  };
}
