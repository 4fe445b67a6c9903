import { type Collection, pause as wait } from '@trunkline/runtime';

/** A portal that nothing is sent to until somebody resumes it. */
export interface PauseDocument {
  /** The portal. */
  readonly _id: string;
  /** Why, for those who come later. */
  readonly reason: string;
  readonly at: Date;
}

/** Pauses of all portals: any instance writes them, the owner of the lane notices within a second. */
export interface Pauses {
  /** Resolves when the memory was filled for the first time. */
  readonly loaded: Promise<void>;
  /** Why a portal is paused, as last noticed; from memory. */
  reasonOf(portalId: string): string | undefined;
  /** Pauses from memory on at once, and in the store as soon as it answers. Never rejects. */
  add(portalId: string, reason: string): void;
  /** Stores a pause, or its new reason. Rejects when the store does not answer. */
  put(portalId: string, reason: string): Promise<void>;
  /** Removes a pause. Rejects when the store does not answer. */
  remove(portalId: string): Promise<void>;
  /** What the store says now. */
  find(portalIds: readonly string[]): Promise<ReadonlyMap<string, string>>;
  /** Keeps the memory as the store is, until the signal. Never rejects. */
  follow(signal: AbortSignal): Promise<void>;
}

const everyMs = 1_000;

/** Opens the pauses. `follow` must run for the memory to change. */
export function openPauses(
  collection: Collection<PauseDocument>,
  now: () => number,
  onTrouble: (error: unknown) => void,
): Pauses {
  let known = new Map<string, string>();
  /** Added here, not stored yet. */
  const unstored = new Map<string, string>();

  const loaded = Promise.withResolvers<void>();

  const put = async (portalId: string, reason: string) => {
    await collection.updateOne({ _id: portalId }, { $set: { reason, at: new Date(now()) } }, { upsert: true });
    known.set(portalId, reason);
  };
  const read = async () => {
    for (const [portalId, reason] of [...unstored]) {
      await put(portalId, reason);
      unstored.delete(portalId);
    }
    const found = await collection.find().toArray();
    known = new Map(found.map(({ _id, reason }) => [_id, reason]));
    loaded.resolve();
  };
  return {
    put,
    loaded: loaded.promise,
    reasonOf: (portalId) => unstored.get(portalId) ?? known.get(portalId),
    add: (portalId, reason) => {
      unstored.set(portalId, reason);
    },
    remove: async (portalId) => {
      unstored.delete(portalId);
      await collection.deleteOne({ _id: portalId });
      known.delete(portalId);
    },
    find: async (portalIds) => {
      const found = await collection.find({ _id: { $in: [...portalIds] } }).toArray();
      return new Map(found.map(({ _id, reason }) => [_id, reason]));
    },
    follow: async (signal) => {
      while (!signal.aborted) {
        await read().catch(onTrouble);
        await wait(everyMs, signal);
      }
    },
  };
}
