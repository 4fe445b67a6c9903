import type { StateDocument, StateWrite } from './ports.ts';
import type { StageStore, StageTransaction } from './stage-store.ts';

/** What a stage's owner remembers of its state. */
export interface RememberOptions {
  /** Collections that the stages of this store alone write, each document by one lane. */
  readonly collections: readonly string[];
  /** How many documents a lane remembers, and of how many that there are none; those that were used longest ago go first. */
  readonly most: number;
}

/**
 * The same store, whose owners remember the documents that they read and wrote last, and which were not there, and do not ask
 * for them again. Right
 * because nothing is stored unless the record still says that the lane is theirs and stands where they think: whoever took
 * over in between has changed it. After anything but a certain commit an owner forgets everything.
 */
export function rememberDocuments(store: StageStore, { collections, most }: RememberOptions): StageStore {
  return {
    claim: async (id, owner) => {
      const claim = await store.claim(id, owner);
      const known = new Map(collections.map((name) => [name, new Map<string, StateDocument | undefined>()]));
      const mostEach = Math.ceil(most / Math.max(collections.length, 1));
      const forget = () => {
        for (const documents of known.values()) documents.clear();
      };
      return {
        ...claim,
        transaction: async (work) => {
          const written: StateWrite[] = [];
          let outcome: Awaited<ReturnType<typeof claim.transaction>> = 'unknown';
          try {
            outcome = await claim.transaction((transaction) => work(remembering(transaction, known, written)));
          } finally {
            if (outcome === 'committed') for (const write of written) note(known, write);
            else forget();
            for (const documents of known.values()) bound(documents, mostEach);
          }
          return outcome;
        },
      };
    },
  };
}

type Remembered = Map<string, StateDocument | undefined>;
type Known = ReadonlyMap<string, Remembered>;

function remembering(transaction: StageTransaction, known: Known, written: StateWrite[]): StageTransaction {
  return {
    replace: (expected, record) => transaction.replace(expected, record),
    apply: async (writes) => {
      written.push(...writes);
      await transaction.apply(writes);
    },
    find: async <T extends StateDocument>(collection: string, ids: readonly string[]) => {
      const documents = known.get(collection);
      // What this transaction has written itself is remembered once it is committed.
      if (documents === undefined || written.length > 0) return await transaction.find<T>(collection, ids);
      const unknown = ids.filter((id) => !documents.has(id));
      const read = unknown.length === 0 ? undefined : await transaction.find<T>(collection, unknown);
      for (const id of unknown) documents.set(id, read?.get(id));
      const found = new Map<string, T>();
      for (const id of ids) {
        const document = documents.get(id);
        use(documents, id, document);
        // The stage is the only one that writes the collection, so it knows what it put there.
        if (document !== undefined) found.set(id, document as T);
      }
      return found;
    },
  };
}

function note(known: Known, write: StateWrite): void {
  const documents = known.get(write.collection);
  if (documents === undefined) return;
  if ('delete' in write) use(documents, write.delete, undefined);
  else {
    const document = 'put' in write ? write.put : write.insert;
    use(documents, document._id, document);
  }
}

/** Remembers a document, or that there is none, as the one that was used last. */
function use(documents: Remembered, id: string, document: StateDocument | undefined): void {
  documents.delete(id);
  documents.set(id, document);
}

function bound(documents: Remembered, most: number): void {
  for (const id of documents.keys()) {
    if (documents.size <= most) return;
    documents.delete(id);
  }
}
