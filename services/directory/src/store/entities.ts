import {
  type Collection,
  everyTenant,
  type Filter,
  isDuplicateKey,
  notFound,
  TrunklineError,
} from '@trunkline/runtime';
import type { Entity } from './documents.ts';
import { type Page, type PageRequest, pageOf } from './page.ts';

/** One kind of the directory's documents, always asked within a tenant: another tenant's document is not found. */
export interface Entities<T extends Entity> {
  /** Stores a new one; the same request again gives the first one, another request under the same key is refused. */
  readonly create: (document: T) => Promise<T>;
  readonly get: (id: string, tenantScope: string) => Promise<T>;
  readonly list: (tenantScope: string, page: PageRequest) => Promise<Page<T>>;
  /** Changes one; `given` names what must still be so, or it is `aborted`: somebody else changed it meanwhile. */
  readonly update: (id: string, tenantScope: string, changes: Partial<T>, given?: Partial<T>) => Promise<T>;
  /** Removes one, if it still is as `given` says; false when there is none such. */
  readonly remove: (id: string, tenantScope: string, given?: Partial<T>) => Promise<boolean>;
}

const timeout = { timeoutMS: 5_000 };

/** Reads and writes one collection. `word` is what the kind is called in a refusal: "channel". */
export function entities<T extends Entity>(collection: Collection<Entity>, word: string): Entities<T> {
  const missing = () => notFound(`There is no such ${word}.`);
  return {
    create: async (document) => {
      try {
        await collection.insertOne(document, timeout);
        return document;
      } catch (error) {
        if (!isDuplicateKey(error)) throw error;
        const first = await collection.findOne({ _id: document._id }, timeout);
        if (!first) throw changedMeanwhile();
        if (first.requestHash === document.requestHash) return first as T;
        throw madeBefore(word);
      }
    },
    get: async (id, tenantScope) => {
      const found = await collection.findOne(within(tenantScope, { _id: id }), timeout);
      if (!found) throw missing();
      return found as T;
    },
    list: async (tenantScope, page) => {
      const { items, nextPageToken } = await pageOf(collection, within(tenantScope, {}), page);
      return { items: items as readonly T[], nextPageToken };
    },
    update: async (id, tenantScope, changes, given = {}) => {
      const one = within(tenantScope, { _id: id });
      const options = { returnDocument: 'after', ...timeout } as const;
      const updated = await collection.findOneAndUpdate({ ...one, ...given }, { $set: changes }, options);
      if (updated) return updated as T;
      throw (await collection.findOne(one, timeout)) ? changedMeanwhile() : missing();
    },
    remove: async (id, tenantScope, given = {}) => {
      const { deletedCount } = await collection.deleteOne({ ...within(tenantScope, { _id: id }), ...given }, timeout);
      return deletedCount > 0;
    },
  };
}

function within(tenantScope: string, filter: Filter<Entity>): Filter<Entity> {
  return tenantScope === everyTenant ? filter : { ...filter, tenantId: tenantScope };
}

function changedMeanwhile(): TrunklineError {
  return new TrunklineError('aborted', 'the document is not as it was read');
}

function madeBefore(word: string): TrunklineError {
  const publicMessage = `The idempotency key made another ${word} before.`;
  return new TrunklineError('already_exists', publicMessage, { publicMessage, remedy: 'Use a new key.' });
}
