import type { PortalMode, UnwellPortal } from '@trunkline/contracts';
import type { Collection } from '@trunkline/runtime';

/** Portals of a lane in one mode. */
export interface ToldMode {
  readonly mode: PortalMode;
  readonly portals: number;
  readonly waiting: number;
  readonly oldestAt?: Date;
}

/** How a lane was at a time. */
export interface ToldSample {
  readonly at: Date;
  readonly waiting: number;
  readonly accepted: number;
  readonly failed: number;
}

/** What the owner of a lane tells about it: for whoever looks, on any instance. Nothing is decided by it. */
export interface LaneDocument {
  /** The lane. */
  readonly _id: number;
  readonly owner: string;
  readonly at: Date;
  readonly modes: readonly ToldMode[];
  /** How many portals are not well, and the worst of them, without what is absent. */
  readonly unwell: number;
  readonly worst: readonly Partial<UnwellPortal>[];
  readonly history: readonly ToldSample[];
}

/** What is told of all lanes. All reject when MongoDB does not answer. */
export interface LaneStore {
  all(): Promise<readonly LaneDocument[]>;
  put(documents: readonly LaneDocument[]): Promise<void>;
}

const timeout = { timeoutMS: 2_000 };

/** Opens what is told of lanes. */
export function openLaneStore(collection: Collection<LaneDocument>): LaneStore {
  return {
    all: async () => await collection.find({}, timeout).sort({ _id: 1 }).toArray(),
    put: async (documents) => {
      if (documents.length === 0) return;
      const writes = documents.map((replacement) => ({
        replaceOne: { filter: { _id: replacement._id }, replacement, upsert: true },
      }));
      await collection.bulkWrite(writes, { ...timeout, ordered: false });
    },
  };
}
