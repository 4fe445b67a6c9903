import { type Collection, isDuplicateKey } from '@trunkline/runtime';

/** One licence key of a portal, as it is stored. */
export interface PortalKeyDocument {
  /** The kid. */
  readonly _id: string;
  readonly portalId: string;
  readonly tenantId: string;
  /** The licence key's text, sealed under the key-encryption key. */
  readonly sealedLicenceKey: string;
  readonly createdAt: Date;
  /** Set once it is no longer valid for signatures and answers. */
  readonly revokedAt?: Date;
  /** The request that made it: a repeat is answered with the same key. Unique. */
  readonly requestId: string;
}

/** The collection's questions. */
export interface PortalKeys {
  /** All keys of a portal, newest first. */
  readonly ofPortal: (portalId: string) => Promise<PortalKeyDocument[]>;
  /** The key that a request made; undefined when it made none. */
  readonly madeBy: (requestId: string) => Promise<PortalKeyDocument | undefined>;
  /** Stores a key; false when the same request made one meanwhile. */
  readonly add: (key: PortalKeyDocument) => Promise<boolean>;
  /** Ends a key's validity; once only. False when the portal has no such key. */
  readonly revoke: (portalId: string, kid: string, at: Date) => Promise<boolean>;
}

const timeout = { timeoutMS: 5_000 };

/** Reads and writes the collection. */
export function portalKeys(collection: Collection<PortalKeyDocument>): PortalKeys {
  return {
    ofPortal: (portalId) => collection.find({ portalId }, timeout).sort({ createdAt: -1, _id: 1 }).limit(20).toArray(),
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
      const found = await collection.updateOne({ _id: kid, portalId }, { $min: { revokedAt: at } }, timeout);
      return found.matchedCount === 1;
    },
  };
}
