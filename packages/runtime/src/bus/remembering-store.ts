import type { StateDocument, StateReader, StateWrite } from './ports.ts';
import type { StageStore } from './stage-store.ts';

/** What a stage's owner remembers of its state. */
export interface RememberOptions {
  /** Collections that the stages of this store alone write, each document by one lane: small documents, used again and again. */
  readonly documents: readonly string[];
  /** Collections of the same kind of which it is only remembered what is not there. */
  readonly absences: readonly string[];
  /** Of so many ids of each collection a lane remembers what it found; those that were used longest ago go first. */
  readonly mostEach: number;
}

/**
 * The same store, whose owners remember the documents that they read and wrote last, and which were not there, and do not ask
 * for them again. Right because nothing is stored unless the record still says that the lane is theirs and stands where they
 * think: whoever took over in between has changed it. After a change that is not certainly stored an owner forgets everything.
 */
export function rememberDocuments(store: StageStore, options: RememberOptions): StageStore {
  return {
    claim: async (id, owner) => {
      const claim = await store.claim(id, owner);
      const known = createKnown(options);
      const forget = () => {
        for (const { found } of known.values()) found.clear();
      };
      return {
        ...claim,
        commit: async (decide) => {
          let written: readonly StateWrite[] | undefined;
          let outcome: Awaited<ReturnType<typeof claim.commit>> = 'unknown';
          try {
            outcome = await claim.commit(async (reader) => {
              const change = await decide(remembering(reader, known));
              written = change?.writes;
              return change;
            });
          } finally {
            const isUnchanged = outcome === 'aborted' && written === undefined;
            if (outcome === 'committed') for (const write of written ?? []) note(known, write);
            else if (!isUnchanged) forget();
            for (const { found } of known.values()) bound(found, options.mostEach);
          }
          return outcome;
        },
      };
    },
  };
}

/** What was found under the ids of one collection; undefined: nothing is there. */
interface Remembered {
  readonly found: Map<string, StateDocument | undefined>;
  readonly isAbsencesOnly: boolean;
}
type Known = ReadonlyMap<string, Remembered>;

function createKnown({ documents, absences }: RememberOptions): Known {
  const all = [...documents, ...absences];
  return new Map(all.map((name) => [name, { found: new Map(), isAbsencesOnly: absences.includes(name) }]));
}

function remembering(reader: StateReader, known: Known): StateReader {
  return {
    find: async <T extends StateDocument>(collection: string, ids: readonly string[]) => {
      const remembered = known.get(collection);
      if (remembered === undefined) return await reader.find<T>(collection, ids);
      const unknown = ids.filter((id) => !remembered.found.has(id));
      const read = unknown.length === 0 ? new Map<string, T>() : await reader.find<T>(collection, unknown);
      const found = new Map<string, T>(read);
      for (const id of ids) {
        // The stage is the only one that writes the collection, so it knows what it put there.
        const document = read.get(id) ?? (remembered.found.get(id) as T | undefined);
        use(remembered, id, document);
        if (document !== undefined) found.set(id, document);
      }
      return found;
    },
  };
}

function note(known: Known, write: StateWrite): void {
  const remembered = known.get(write.collection);
  if (remembered === undefined) return;
  if ('delete' in write) use(remembered, write.delete, undefined);
  else {
    const document = 'put' in write ? write.put : write.insert;
    use(remembered, document._id, document);
  }
}

/** Remembers a document, or that there is none, as what was used last. */
function use({ found, isAbsencesOnly }: Remembered, id: string, document: StateDocument | undefined): void {
  found.delete(id);
  if (document === undefined || !isAbsencesOnly) found.set(id, document);
}

function bound(found: Remembered['found'], most: number): void {
  for (const id of found.keys()) {
    if (found.size <= most) return;
    found.delete(id);
  }
}
