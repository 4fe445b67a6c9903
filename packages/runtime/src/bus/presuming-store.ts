import { TrunklineError } from '../errors.ts';
import type { StateWrite } from './ports.ts';
import type { StageStore, StageTransaction } from './stage-store.ts';

/** Repeats come in crowds: for so many transactions after one of them nothing is presumed. */
const carefulTransactions = 64;

/**
 * The same store, which takes for absent what a reader says is most likely so, without asking. Whatever of it is made then is
 * refused by the database if it is there; what is not made is asked for before anything is written. When it was wrong, all of
 * it is taken back, and read and decided again by what is really there.
 */
export function presumeAbsent(store: StageStore): StageStore {
  return {
    claim: async (id, owner) => {
      const claim = await store.claim(id, owner);
      let careful = 0;
      return {
        ...claim,
        transaction: async (work) => {
          if (careful > 0) {
            careful -= 1;
            return await claim.transaction(work);
          }
          const presumed: Presumed = new Map();
          try {
            const outcome = await claim.transaction((transaction) => work(presuming(transaction, presumed)));
            // Where nothing was to be written, nothing has shown whether it is right.
            if (outcome !== 'aborted' || presumed.size === 0) return outcome;
          } catch (error) {
            // A server that is away says nothing about what is there; of everything else it may be the reason.
            const isAway = error instanceof TrunklineError && error.code === 'unavailable';
            if (isAway || presumed.size === 0) throw error;
            careful = carefulTransactions;
          }
          return await claim.transaction(work);
        },
      };
    },
  };
}

/** Ids that were taken for absent, by collection. */
type Presumed = Map<string, Set<string>>;

function presuming(transaction: StageTransaction, presumed: Presumed): StageTransaction {
  // Another try of the same work begins from nothing.
  presumed.clear();
  return {
    replace: (expected, record) => transaction.replace(expected, record),
    find: async (collection, ids, options) => {
      if (options?.isNew !== true) return await transaction.find(collection, ids);
      const known = presumed.get(collection) ?? new Set();
      for (const id of ids) known.add(id);
      if (known.size > 0) presumed.set(collection, known);
      return new Map();
    },
    apply: async (writes) => {
      for (const [collection, ids] of presumed) {
        const made = insertedInto(collection, writes);
        const open = [...ids].filter((id) => !made.has(id));
        const isThere = open.length > 0 && (await transaction.find(collection, open)).size > 0;
        if (isThere) throw new Error('what was presumed to be new is there');
      }
      await transaction.apply(writes);
    },
  };
}

function insertedInto(collection: string, writes: readonly StateWrite[]): Set<string> {
  return new Set(
    writes.flatMap((write) => (write.collection === collection && 'insert' in write ? [write.insert._id] : [])),
  );
}
