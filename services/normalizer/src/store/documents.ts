import { collections } from '@trunkline/contracts';
import type { Collection, Store } from '@trunkline/runtime';
import type { CollectionName, ConversationDocument, Documents } from '../domain/state/documents.ts';

/** The stage's documents for those that only read them. Calls reject with `unavailable` within 5 seconds. */
export interface ReadDocuments {
  collection<Name extends CollectionName>(name: Name): Collection<Documents[Name]>;
  /** A document by its id. */
  get<Name extends CollectionName>(name: Name, id: string): Promise<Documents[Name] | undefined>;
  /** A conversation by its id; where the platform moved it, the one that goes on. */
  conversation(id: string): Promise<ConversationDocument | undefined>;
}

/** Longest wait for one answer. */
export const timeout = { timeoutMS: 5_000 };

/** Opens the collections for reading. Does no input or output. */
export function readDocuments(store: Store): ReadDocuments {
  const collection: ReadDocuments['collection'] = (name) => store.collection(collections.normalizer[name]);
  const get: ReadDocuments['get'] = async (name, id) => {
    // The driver's filters know the fields of one type at a time; the id is the same in all.
    const found = await store.collection(collections.normalizer[name]).findOne({ _id: id as never }, timeout);
    return (found ?? undefined) as never;
  };
  const conversation: ReadDocuments['conversation'] = async (id) => {
    const found = await get('conversations', id);
    return found !== undefined && 'movedTo' in found ? await conversation(found.movedTo) : found;
  };
  return { collection, get, conversation };
}
