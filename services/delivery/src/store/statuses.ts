import type { PortalState } from '@trunkline/contracts';
import type { Collection } from '@trunkline/runtime';

/** What may be shown of a public portal. */
export interface StatusDocument {
  /** The portal. */
  readonly _id: string;
  readonly at: Date;
  readonly state: PortalState;
  readonly waiting: number;
  readonly oldestAt?: Date;
  readonly lastSuccessAt?: Date;
  /** Half hours, the oldest first, each with the worst state in it. */
  readonly slots: readonly { readonly from: Date; readonly state: PortalState }[];
}

/** What is told of public portals. All reject when MongoDB does not answer. */
export interface StatusStore {
  find(portalIds: readonly string[]): Promise<ReadonlyMap<string, StatusDocument>>;
  put(documents: readonly StatusDocument[]): Promise<void>;
}

const timeout = { timeoutMS: 2_000 };

/** Opens what is told of public portals. */
export function openStatusStore(collection: Collection<StatusDocument>): StatusStore {
  return {
    find: async (portalIds) => {
      const found = await collection.find({ _id: { $in: [...portalIds] } }, timeout).toArray();
      return new Map(found.map((document) => [document._id, document]));
    },
    put: async (documents) => {
      if (documents.length === 0) return;
      const writes = documents.map((replacement) => ({
        replaceOne: { filter: { _id: replacement._id }, replacement, upsert: true },
      }));
      await collection.bulkWrite(writes, { ...timeout, ordered: false });
    },
  };
}
