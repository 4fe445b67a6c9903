import { type Collection, isDuplicateKey } from '@trunkline/runtime';

/** A check that is under way. */
export interface CheckLockDocument {
  /** The tenant. */
  readonly _id: string;
  /** Whose process died lets go then. */
  readonly until: Date;
}

/** One check a tenant at a time, on all instances together. */
export interface CheckLocks {
  /** False: another one is under way. */
  take(tenantId: string, forMs: number): Promise<boolean>;
  release(tenantId: string): Promise<void>;
}

const timeout = { timeoutMS: 2_000 };

/** Opens the locks. */
export function openCheckLocks(collection: Collection<CheckLockDocument>, now: () => number): CheckLocks {
  return {
    take: async (_id, forMs) => {
      const [at, until] = [new Date(now()), new Date(now() + forMs)];
      try {
        await collection.updateOne({ _id, until: { $lte: at } }, { $set: { until } }, { ...timeout, upsert: true });
        return true;
      } catch (error) {
        if (isDuplicateKey(error)) return false;
        throw error;
      }
    },
    release: async (_id) => {
      await collection.deleteOne({ _id }, timeout);
    },
  };
}
