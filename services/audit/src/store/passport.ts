import { collections } from '@trunkline/contracts';
import type { Filter, Store } from '@trunkline/runtime';
import type { PassportDocument } from '../domain/passport-entry.ts';

/** A portal's sequence whose attempts are looked for. */
export interface PortalSequence {
  readonly portalId: string;
  readonly sequence: number;
}

/** A way into the index; the newest come first. `isOwned`: only documents in which somebody says whose the portal is. */
export type PassportQuery =
  | { readonly by: 'ids'; readonly ids: readonly string[]; readonly tenantId?: string | undefined }
  | { readonly by: 'portal'; readonly portalId: string; readonly isOwned?: true }
  | { readonly by: 'conversation'; readonly conversationId: string; readonly tenantId?: string | undefined }
  | { readonly by: 'last'; readonly tenantId?: string | undefined }
  | { readonly by: 'sequences'; readonly sequences: readonly PortalSequence[] };

/** The passport's index. */
export interface Passport {
  /** Writes documents; those of the same messages are replaced. */
  put(documents: readonly PassportDocument[]): Promise<void>;
  find(query: PassportQuery, limit: number): Promise<PassportDocument[]>;
}

const timeout = { timeoutMS: 5_000 };
/** A batch of a portal has no more events. Bounds the search for the ranges that hold a sequence. */
const longestRange = 1_000;

/** Opens the collection. The index that forgets is made here, because only this service knows when. */
export async function openPassport(store: Store, keepDays: number): Promise<Passport> {
  const collection = store.collection<PassportDocument>(collections.audit.passport);
  const expireAfterSeconds = keepDays * 24 * 60 * 60;
  await store.provideIndex(collections.audit.passport, { storedAt: 1 }, { expireAfterSeconds });
  return {
    put: async (documents) => {
      if (documents.length === 0) return;
      const operations = documents.map((replacement) => {
        return { replaceOne: { filter: { _id: replacement._id }, replacement, upsert: true } };
      });
      await collection.bulkWrite(operations, { ordered: false, ...timeout });
    },
    find: async (query, limit) => {
      // What an older version wrote says otherwise where its records are; it is forgotten in its time.
      const filter = { ...filterOf(query), places: { $exists: true } };
      return await collection.find(filter, timeout).sort({ storedAt: -1 }).limit(limit).toArray();
    },
  };
}

function filterOf(query: PassportQuery): Filter<PassportDocument> {
  switch (query.by) {
    case 'ids':
      return { ids: { $in: [...query.ids] }, ...ofTenant(query.tenantId) };
    case 'portal':
      return { portalIds: query.portalId, ...(query.isOwned ? { onlyTriedPortalIds: { $ne: query.portalId } } : {}) };
    case 'conversation':
      return { conversationIds: query.conversationId, ...ofTenant(query.tenantId) };
    case 'last':
      return { messageTenantIds: query.tenantId ?? { $exists: true } };
    case 'sequences': {
      const $or = query.sequences.map(({ portalId, sequence }) => {
        const first = { $lte: sequence, $gt: sequence - longestRange };
        return { ranges: { $exists: true, $elemMatch: { portalId, first, last: { $gte: sequence } } } };
      });
      return { $or };
    }
  }
}

function ofTenant(tenantId: string | undefined): Filter<PassportDocument> {
  return tenantId === undefined ? {} : { tenantIds: tenantId };
}
