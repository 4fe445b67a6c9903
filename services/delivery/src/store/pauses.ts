import { type Collection, pause as wait } from '@trunkline/runtime';

/** A portal that nothing is sent to until somebody resumes it, or one that somebody has resumed lately. */
export interface PauseDocument {
  /** The portal. */
  readonly _id: string;
  /** Why, for those who come later; absent: it is resumed. */
  readonly reason?: string;
  readonly at: Date;
}

/** Pauses of all portals: any instance writes them, the owner of the lane notices within a second. */
export interface Pauses {
  /** Resolves when the memory was filled for the first time. */
  readonly loaded: Promise<void>;
  /** Why a portal is paused, as last noticed; from memory. */
  reasonOf(portalId: string): string | undefined;
  /** When somebody last resumed it, in milliseconds since 1970, for an hour; else 0. From memory. */
  resumedAtMs(portalId: string): number;
  /** Pauses from memory on at once, and in the store as soon as it answers. Never rejects. */
  add(portalId: string, reason: string): void;
  /** Stores a pause, or its new reason. Rejects when the store does not answer. */
  put(portalId: string, reason: string): Promise<void>;
  /** Ends a pause; without one it says that the portal may be tried at once. Rejects when the store does not answer. */
  resume(portalId: string): Promise<void>;
  /** What the store says now. */
  find(portalIds: readonly string[]): Promise<ReadonlyMap<string, string>>;
  /** Keeps the memory as the store is, until the signal. Never rejects. */
  follow(signal: AbortSignal): Promise<void>;
}

const everyMs = 1_000;
/** Longer than any back-off, so that no resumption is missed. */
const resumedMs = 3_600_000;

/** Opens the pauses. `follow` must run for the memory to change. */
export function openPauses(
  collection: Collection<PauseDocument>,
  now: () => number,
  onTrouble: (error: unknown) => void,
): Pauses {
  let known = new Map<string, PauseDocument>();
  /** Added here, not stored yet. */
  const unstored = new Map<string, string>();

  const loaded = Promise.withResolvers<void>();

  const put = async (portalId: string, reason: string) => {
    const at = new Date(now());
    await collection.updateOne({ _id: portalId }, { $set: { reason, at } }, { upsert: true });
    known.set(portalId, { _id: portalId, reason, at });
  };
  const read = async () => {
    for (const [portalId, reason] of [...unstored]) {
      await put(portalId, reason);
      unstored.delete(portalId);
    }
    await collection.deleteMany({ reason: { $exists: false }, at: { $lt: new Date(now() - resumedMs) } });
    const found = await collection.find().toArray();
    known = new Map(found.map((document) => [document._id, document]));
    loaded.resolve();
  };
  return {
    put,
    loaded: loaded.promise,
    reasonOf: (portalId) => unstored.get(portalId) ?? known.get(portalId)?.reason,
    resumedAtMs: (portalId) => {
      const found = known.get(portalId);
      return found === undefined || found.reason !== undefined ? 0 : found.at.getTime();
    },
    add: (portalId, reason) => {
      unstored.set(portalId, reason);
    },
    resume: async (portalId) => {
      unstored.delete(portalId);
      const at = new Date(now());
      await collection.updateOne({ _id: portalId }, { $set: { at }, $unset: { reason: '' } }, { upsert: true });
      known.set(portalId, { _id: portalId, at });
    },
    find: async (portalIds) => {
      const found = await collection.find({ _id: { $in: [...portalIds] } }).toArray();
      return new Map(found.flatMap(({ _id, reason }) => (reason === undefined ? [] : [[_id, reason] as const])));
    },
    follow: async (signal) => {
      while (!signal.aborted) {
        await read().catch(onTrouble);
        await wait(everyMs, signal);
      }
    },
  };
}
