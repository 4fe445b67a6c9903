import { collections, type SealedEvent } from '@trunkline/contracts';
import type { Collection, GivenUp, Store } from '@trunkline/runtime';
import { filterOf, type Selection } from '../domain/selection.ts';

/** A sealed event that was not delivered, so that it can be looked at and sent again. */
export interface UndeliveredDocument {
  /** Portal and event. */
  readonly _id: string;
  readonly portalId: string;
  readonly tenantId: string;
  readonly eventId: string;
  readonly sequence: number;
  readonly kind: GivenUp['kind'];
  /** In words. */
  readonly reason: string;
  readonly type: string;
  readonly conversationId: string;
  /** When the fact was stored. */
  readonly at: Date;
  /** The whole CloudEvent as it was sealed. */
  readonly cloudEvent: Buffer;
  readonly chain: Buffer;
  readonly kid: string;
  /** SHA-256 of what is sealed, and the place of its fact: whoever seals it anew needs them. */
  readonly plaintextHash: Buffer;
  readonly factSequence: number;
  readonly factIndex: number;
  readonly givenUpAt: Date;
  /** MongoDB removes it then. */
  readonly keptUntil: Date;
}

/** Undelivered events. */
export interface Undelivered {
  /** Stores a range; what is there already stays as it is. Resolves when it is stored for good. */
  keep(range: GivenUp): Promise<void>;
  /** How many a selection has, by kind, with their first and last sequence. */
  count(portalId: string, selection: Selection): Promise<UndeliveredCount[]>;
  /** How many of a range of sequences, by kind. */
  countBetween(portalId: string, first: number, last: number): Promise<Record<UndeliveredDocument['kind'], number>>;
  /** How long an event is kept after it was given up. */
  readonly keepMs: number;
  /** The next of a selection in the order of sequences, without their bytes. */
  list(portalId: string, selection: Selection, page: Page): Promise<Omit<UndeliveredDocument, 'cloudEvent'>[]>;
  /** The same with their bytes: no more than fit, but always one. */
  read(portalId: string, selection: Selection, page: Page & { readonly bytes: number }): Promise<SealedUndelivered[]>;
}

/** A page of a selection: behind one sequence, up to another. */
export interface Page {
  readonly afterSequence: number;
  readonly untilSequence?: number;
  readonly limit: number;
}

/** What a selection has of one kind. */
export interface UndeliveredCount {
  readonly kind: UndeliveredDocument['kind'];
  readonly count: number;
  readonly first: number;
  readonly last: number;
}

/** What is sent again of an event. */
export type SealedUndelivered = Omit<UndeliveredDocument, '_id' | 'kind' | 'reason' | 'givenUpAt' | 'keptUntil'>;

/** Whoever waits for these also holds a portal's turn, or a caller. */
const timeout = { timeoutMS: 2_000 };
/** As many events as expire at once are stored together; a portal's turn, and what ends its lane, waits for it. */
const keepTimeout = { timeoutMS: 5_000 };
/** Counting may have to look at everything that is kept of a portal. */
const countTimeout = { timeoutMS: 8_000 };

const { undelivered } = collections.delivery;

/** Opens the undelivered events, and makes the indexes if they are not there. */
export async function openUndelivered(
  store: Store,
  { keepMs, now }: { readonly keepMs: number; readonly now: () => number },
): Promise<Undelivered> {
  const collection = store.collection<UndeliveredDocument>(undelivered);
  await store.provideIndex(undelivered, { keptUntil: 1 }, { expireAfterSeconds: 0 });
  await store.provideIndex(undelivered, { portalId: 1, sequence: 1 });
  await store.provideIndex(undelivered, { portalId: 1, conversationId: 1, sequence: 1 });
  await store.provideIndex(undelivered, { portalId: 1, at: 1 });
  const pageOf = (portalId: string, selection: Selection, { afterSequence, untilSequence, limit }: Page) => {
    const sequence = { $gt: afterSequence, ...(untilSequence === undefined ? {} : { $lte: untilSequence }) };
    return collection
      .find({ ...filterOf(portalId, selection), sequence }, timeout)
      .sort({ sequence: 1 })
      .limit(limit);
  };
  return {
    keep: async (range) => {
      const nowMs = now();
      const times = { givenUpAt: new Date(nowMs), keptUntil: new Date(nowMs + keepMs) };
      const writes = range.events.map((event) => {
        const _id = `${range.portalId}/${event.id}`;
        return {
          updateOne: { filter: { _id }, update: { $setOnInsert: fieldsOf(range, event, times) }, upsert: true },
        };
      });
      await collection.bulkWrite(writes, { ordered: false, ...keepTimeout });
    },
    keepMs,
    ...countsOf(collection),
    list: (portalId, selection, page) =>
      pageOf(portalId, selection, page).project<Omit<UndeliveredDocument, 'cloudEvent'>>({ cloudEvent: 0 }).toArray(),
    read: async (portalId, selection, page) => {
      const wanted = { _id: 0, kind: 0, reason: 0, givenUpAt: 0, keptUntil: 0 };
      const read: SealedUndelivered[] = [];
      let bytes = 0;
      for await (const event of pageOf(portalId, selection, page).project<SealedUndelivered>(wanted)) {
        bytes += event.cloudEvent.length;
        if (read.length > 0 && bytes > page.bytes) break;
        read.push(event);
      }
      return read;
    },
  };
}

function countsOf(collection: Collection<UndeliveredDocument>): Pick<Undelivered, 'count' | 'countBetween'> {
  return {
    count: async (portalId, selection) => {
      const found = await collection
        .aggregate<UndeliveredCount & { readonly _id: UndeliveredDocument['kind'] }>(
          [
            { $match: filterOf(portalId, selection) },
            { $group: { _id: '$kind', count: { $sum: 1 }, first: { $min: '$sequence' }, last: { $max: '$sequence' } } },
            { $sort: { _id: 1 } },
          ],
          countTimeout,
        )
        .toArray();
      return found.map(({ _id, count, first, last }) => ({ kind: _id, count, first, last }));
    },
    countBetween: async (portalId, first, last) => {
      const match = { portalId, sequence: { $gte: first, $lte: last } };
      const found = await collection
        .aggregate<{ readonly _id: UndeliveredDocument['kind']; readonly count: number }>(
          [{ $match: match }, { $group: { _id: '$kind', count: { $sum: 1 } } }],
          countTimeout,
        )
        .toArray();
      const counts = { expired: 0, parked: 0, withheld: 0, skipped: 0 };
      for (const { _id, count } of found) counts[_id] = count;
      return counts;
    },
  };
}

function fieldsOf(
  { portalId, tenantId, kind, reason }: GivenUp,
  event: SealedEvent,
  times: Pick<UndeliveredDocument, 'givenUpAt' | 'keptUntil'>,
): Omit<UndeliveredDocument, '_id'> {
  const { id, sequence, type, conversationId, at, cloudEvent, chain, kid } = event;
  const { plaintextHash, factSequence, factIndex } = event;
  return {
    ...{ portalId, tenantId, kind, reason, eventId: id, sequence, type, conversationId },
    ...{ at: at ?? new Date(0), cloudEvent, chain, kid, plaintextHash, factSequence, factIndex },
    ...times,
  };
}
