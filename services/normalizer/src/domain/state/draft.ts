import { collections } from '@trunkline/contracts';
import type { StateDocument, StateWrite } from '@trunkline/runtime';
import type { CollectionName, Documents } from './documents.ts';

/** Documents as they were read: an id that was looked for and not found stands for undefined. */
export type Loaded = ReadonlyMap<CollectionName, ReadonlyMap<string, StateDocument | undefined>>;

/** Documents that a decision asked for and that were not read. */
export type Missing = Map<CollectionName, Set<string>>;

/**
 * The state as one micro-batch sees it: what was read, and what the batch itself changed. Documents are never changed in
 * place, only replaced, so that an attempt can be taken back.
 */
export interface Draft {
  get<Name extends CollectionName>(collection: Name, id: string): Documents[Name] | undefined;
  /** Replaces a document, or makes it. */
  put<Name extends CollectionName>(collection: Name, document: Documents[Name]): void;
  /** Makes a document that must not be there. */
  insert<Name extends CollectionName>(collection: Name, document: Documents[Name]): void;
  remove(collection: CollectionName, id: string): void;
  /** Takes everything back that the work changed, if it throws. */
  attempt<Result>(work: () => Result): Result;
  writes(): StateWrite[];
  /** Documents that were put or inserted, as they are now. */
  changed<Name extends CollectionName>(collection: Name): readonly Documents[Name][];
}

interface Change {
  readonly document: StateDocument | undefined;
  readonly isInsert: boolean;
}

/** A draft over documents that were read. What is asked for and was not read counts as absent and is noted as missing. */
export function createDraft(loaded: Loaded, missing: Missing = new Map()): Draft {
  const changes = new Map<CollectionName, Map<string, Change>>();
  let undo: (() => void)[] | undefined;

  function change(collection: CollectionName, id: string, next: Change): void {
    const own = entryOf(changes, collection, () => new Map());
    const before = own.get(id);
    undo?.push(() => (before === undefined ? own.delete(id) : own.set(id, before)));
    own.set(id, next);
  }

  return {
    get(collection, id) {
      const changed = changes.get(collection)?.get(id);
      if (changed !== undefined) return changed.document as never;
      const found = loaded.get(collection);
      if (found?.has(id)) return found.get(id) as never;
      entryOf(missing, collection, () => new Set()).add(id);
      return undefined;
    },
    put(collection, document) {
      const isInsert = changes.get(collection)?.get(document._id)?.isInsert ?? false;
      change(collection, document._id, { document, isInsert });
    },
    insert: (collection, document) => change(collection, document._id, { document, isInsert: true }),
    remove: (collection, id) => change(collection, id, { document: undefined, isInsert: false }),
    attempt(work) {
      undo = [];
      try {
        return work();
      } catch (error) {
        for (const step of undo.toReversed()) step();
        throw error;
      } finally {
        undo = undefined;
      }
    },
    writes: () => [...changes].flatMap(([name, own]) => [...own].map(([id, next]) => writeOf(name, id, next))),
    changed: (collection) =>
      [...(changes.get(collection)?.values() ?? [])].flatMap(({ document }) =>
        document === undefined ? [] : (document as never),
      ),
  };
}

function entryOf<Key, Value>(map: Map<Key, Value>, key: Key, make: () => Value): Value {
  const found = map.get(key) ?? make();
  map.set(key, found);
  return found;
}

function writeOf(name: CollectionName, id: string, { document, isInsert }: Change): StateWrite {
  const collection = collections.normalizer[name];
  if (document === undefined) return { collection, delete: id };
  return isInsert ? { collection, insert: document } : { collection, put: document };
}
