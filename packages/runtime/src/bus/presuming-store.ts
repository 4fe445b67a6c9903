import { TrunklineError } from '../errors.ts';
import type { StateReader, StateWrite } from './ports.ts';
import type { StageStore } from './stage-store.ts';

/** Repeats come in crowds: for so many commits after one of them nothing is presumed. */
const carefulCommits = 64;

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
        commit: async (decide) => {
          if (careful > 0) {
            careful -= 1;
            return await claim.commit(decide);
          }
          const presumed: Presumed = new Map();
          try {
            const outcome = await claim.commit(async (reader) => {
              // Another try begins from nothing.
              presumed.clear();
              const change = await decide(presuming(reader, presumed));
              if (change !== undefined) await requireAbsent(reader, presumed, change.writes);
              return change;
            });
            // Where nothing was to be written, nothing has shown whether it is right.
            if (outcome !== 'aborted' || presumed.size === 0) return outcome;
          } catch (error) {
            // A server that is away says nothing about what is there; of everything else it may be the reason.
            const isAway = error instanceof TrunklineError && error.code === 'unavailable';
            if (isAway || presumed.size === 0) throw error;
            careful = carefulCommits;
          }
          return await claim.commit(decide);
        },
      };
    },
  };
}

/** Ids that were taken for absent, by collection. */
type Presumed = Map<string, Set<string>>;

function presuming(reader: StateReader, presumed: Presumed): StateReader {
  return {
    find: async (collection, ids, options) => {
      if (options?.isNew !== true) return await reader.find(collection, ids);
      const known = presumed.get(collection) ?? new Set();
      for (const id of ids) known.add(id);
      if (known.size > 0) presumed.set(collection, known);
      return new Map();
    },
  };
}

/** What is made is refused by the database if it is there; of the others it must be asked. */
async function requireAbsent(reader: StateReader, presumed: Presumed, writes: readonly StateWrite[]): Promise<void> {
  for (const [collection, ids] of presumed) {
    const made = insertedInto(collection, writes);
    const open = [...ids].filter((id) => !made.has(id));
    const isThere = open.length > 0 && (await reader.find(collection, open)).size > 0;
    if (isThere) throw new Error('what was presumed to be new is there');
  }
}

function insertedInto(collection: string, writes: readonly StateWrite[]): Set<string> {
  return new Set(
    writes.flatMap((write) => (write.collection === collection && 'insert' in write ? [write.insert._id] : [])),
  );
}
