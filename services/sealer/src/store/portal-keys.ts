import { type Collection, isDuplicateKey } from '@trunkline/runtime';

/** One licence key of a portal, as it is stored. */
export interface PortalKeyDocument {
  /** The kid. */
  readonly _id: string;
  readonly portalId: string;
  readonly tenantId: string;
  /** The licence key's text, sealed under the key-encryption key; absent once it is deleted. */
  readonly sealedLicenceKey?: string;
  readonly createdAt: Date;
  /** Set once it is no longer valid for signatures and answers. */
  readonly revokedAt?: Date;
  /** Set once its secret is gone for good. */
  readonly deletedAt?: Date;
  /** When it was made, revoked or deleted last: other instances notice by it. Absent in what an older version made. */
  readonly changedAt?: Date;
  /** The request that made it: a repeat is answered with the same key. Unique. */
  readonly requestId: string;
}

/** A key whose secret is still there. */
export type StoredKey = PortalKeyDocument & { readonly sealedLicenceKey: string };

/** True while its secret is there. */
export function isStored(key: PortalKeyDocument): key is StoredKey {
  return key.sealedLicenceKey !== undefined;
}

/** True while it is valid for signatures and answers. */
export function isValid({ revokedAt }: PortalKeyDocument): boolean {
  return revokedAt === undefined;
}

/** The collection's questions. */
export interface PortalKeys {
  /** Keys of portals that are still stored, each portal's newest first. */
  readonly ofPortals: (portalIds: readonly string[]) => Promise<StoredKey[]>;
  /** So many of the keys of all portals that are still stored, those that changed last. */
  readonly newest: (count: number) => Promise<StoredKey[]>;
  /** Keys of a portal that are still stored, newest first, with the newest of the deleted ones. */
  readonly allOfPortal: (portalId: string) => Promise<PortalKeyDocument[]>;
  /** The key that a request made; undefined when it made none. */
  readonly madeBy: (requestId: string) => Promise<PortalKeyDocument | undefined>;
  /** Stores a key; false when the same request made one meanwhile. */
  readonly add: (key: PortalKeyDocument) => Promise<boolean>;
  /** Ends a key's validity; once only. False when the portal has no such key. */
  readonly revoke: (portalId: string, kid: string, at: Date) => Promise<boolean>;
  /** Takes a revocation of that time back. */
  readonly restore: (portalId: string, kid: string, revokedAt: Date, at: Date) => Promise<void>;
  /** Takes a key back that nobody was shown. */
  readonly takeBack: (key: PortalKeyDocument) => Promise<void>;
  /** Removes a revoked key's secret for good. False when there is no such key that is revoked and stored. */
  readonly delete: (portalId: string, kid: string, at: Date) => Promise<boolean>;
  /** Portals of which a key changed at that time or later, with the time of the last change. */
  readonly changedSince: (at: Date) => Promise<ReadonlyMap<string, Date>>;
}

const timeout = { timeoutMS: 5_000 };
/** Two are valid while rotating; more are those that nobody revoked. */
const mostStored = 20;
const mostDeleted = 100;
const newestFirst = { createdAt: -1, _id: 1 } as const;

/** Reads and writes the collection. */
export function portalKeys(collection: Collection<PortalKeyDocument>): PortalKeys {
  const find = (portalIds: readonly string[], isDeleted: boolean, limit: number) =>
    collection
      .find({ portalId: { $in: [...portalIds] }, deletedAt: { $exists: isDeleted } }, timeout)
      .sort(newestFirst)
      .limit(limit)
      .toArray();
  const ofPortals = async (portalIds: readonly string[]) =>
    (await find(portalIds, false, portalIds.length * mostStored)).filter(isStored);
  return {
    ofPortals,
    newest: async (count) => {
      const stored = { deletedAt: { $exists: false } };
      const found = await collection.find(stored, timeout).sort({ changedAt: -1 }).limit(count).toArray();
      return found.filter(isStored);
    },
    allOfPortal: async (portalId) => [...(await ofPortals([portalId])), ...(await find([portalId], true, mostDeleted))],
    madeBy: async (requestId) => (await collection.findOne({ requestId }, timeout)) ?? undefined,
    add: async (key) => {
      try {
        await collection.insertOne(key, timeout);
        return true;
      } catch (error) {
        if (isDuplicateKey(error)) return false;
        throw error;
      }
    },
    revoke: async (portalId, kid, at) => {
      const change = { $min: { revokedAt: at }, $set: { changedAt: at } };
      const found = await collection.updateOne({ _id: kid, portalId }, change, timeout);
      return found.matchedCount === 1;
    },
    restore: async (portalId, kid, revokedAt, at) => {
      const change = { $unset: { revokedAt: '' as const }, $set: { changedAt: at } };
      await collection.updateOne({ _id: kid, portalId, revokedAt }, change, timeout);
    },
    takeBack: async ({ _id, requestId }) => {
      await collection.deleteOne({ _id, requestId }, timeout);
    },
    delete: async (portalId, kid, at) => {
      const one = { _id: kid, portalId, revokedAt: { $exists: true }, deletedAt: { $exists: false } };
      const change = { $set: { deletedAt: at, changedAt: at }, $unset: { sealedLicenceKey: '' as const } };
      return (await collection.updateOne(one, change, timeout)).modifiedCount === 1;
    },
    changedSince: async (at) => {
      const wanted = { projection: { portalId: 1, changedAt: 1 }, ...timeout };
      const found = await collection
        .find({ changedAt: { $gte: at } }, wanted)
        .sort({ changedAt: 1 })
        .toArray();
      return new Map(found.map(({ portalId, changedAt = at }) => [portalId, changedAt]));
    },
  };
}
