import type { Collection } from '@trunkline/runtime';
import type { HoldDocument } from '../domain/state/documents.ts';

/** What waits, by when it is due. */
export interface Holds {
  /** When something is due next, in milliseconds since 1970; undefined when nothing waits. */
  nextDue(lane: number): Promise<number | undefined>;
  /** Ids of what is due, the longest due first; some of them when there are very many. */
  due(lane: number, atMs: number): Promise<readonly string[]>;
}

const timeout = { timeoutMS: 5_000 };
/** Each of them releases a conversation's worth of facts. */
const dueMax = 200;

/** Asks the collection; the stage alone writes it. */
export function openHolds(collection: Collection<HoldDocument>): Holds {
  return {
    nextDue: async (lane) => {
      const first = await collection.findOne(
        { lane },
        { sort: { dueAtMs: 1 }, projection: { dueAtMs: 1 }, ...timeout },
      );
      return first?.dueAtMs;
    },
    due: async (lane, atMs) => {
      const found = collection.find({ lane, dueAtMs: { $lte: atMs } }, { projection: { _id: 1 }, ...timeout });
      const documents = await found.sort({ dueAtMs: 1, _id: 1 }).limit(dueMax).toArray();
      return documents.map(({ _id }) => _id);
    },
  };
}
