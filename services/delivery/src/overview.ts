import { type Directory, machineClock, type PortalLaneView, pause, summaryOf } from '@trunkline/runtime';
import { type Around, laneTold, type SeenPortal, seenPortal } from './domain/lane-told.ts';
import { isSampleDue } from './domain/sample-due.ts';
import { withLook } from './domain/status-slots.ts';
import { stateOf } from './domain/unwell.ts';
import type { LaneDocument, LaneStore, ToldSample } from './store/lanes.ts';
import type { Pauses } from './store/pauses.ts';
import type { StatusDocument, StatusStore } from './store/statuses.ts';

/** What tells how the lanes are doing, for the pages that people look at. */
export interface Overview {
  /** A request to a portal is over. */
  attempted(portalId: string, isTaken: boolean): void;
  /** Tells of the lanes that are ours every two seconds, until the signal. Never rejects. */
  follow(told: ToldOf, signal: AbortSignal): Promise<void>;
}

/** What is told of. */
export interface ToldOf {
  readonly lanes: ReadonlySet<PortalLaneView>;
  readonly pauses: Pick<Pauses, 'reasonOf'>;
  readonly onTrouble: (error: unknown) => void;
}

/** What {@link createOverview} needs. */
export interface OverviewOptions {
  readonly lanes: LaneStore;
  readonly statuses: StatusStore;
  readonly directory: Pick<Directory, 'portal'>;
  readonly instance: string;
  readonly now: () => number;
}

const everyMs = 2_000;
const mostSamples = 90;

/** What is kept of a lane between two looks. */
interface Kept {
  history: readonly ToldSample[];
  sampledAtMs: number;
  accepted: number;
  failed: number;
}

/** Makes it; once a service. */
export function createOverview({ lanes: store, statuses, directory, instance, now }: OverviewOptions): Overview {
  const kept = new Map<PortalLaneView, Kept>();
  const takenAt = new Map<string, Date>();
  let statusAtMs = 0;
  const around = ({ pauses }: ToldOf): Around => ({
    ...{ entryOf: directory.portal, pausedBecause: pauses.reasonOf },
    ...{ nowMs: now(), clockMs: machineClock.now() },
  });
  const tellLanes = async (told: ToldOf) => {
    for (const lane of kept.keys()) if (!told.lanes.has(lane)) kept.delete(lane);
    await meetLanes(kept, told.lanes, store);
    const seen = around(told);
    const at = new Date(seen.nowMs);
    const documents = [...kept].map(([lane, own]): LaneDocument => {
      const { modes, unwell, worst } = laneTold(lane, seen);
      sample(
        own,
        modes.reduce((sum, { waiting }) => sum + waiting, 0),
        at,
      );
      return { _id: lane.lane, owner: instance, at, modes, unwell, worst: worst.map(present), history: own.history };
    });
    await store.put(documents);
  };
  const tellStatuses = async (told: ToldOf) => {
    const all = [...told.lanes].flatMap((lane) => [...lane.portals.values()]);
    const open = all.filter(({ id }) => directory.portal(id)?.settings?.isStatusPublic === true);
    if (open.length > 0) {
      const former = await statuses.find(open.map(({ id }) => id));
      const seen = around(told);
      const at = new Date(seen.nowMs);
      await statuses.put(
        open.map((portal) => statusOf(portal, seenPortal(summaryOf(portal), seen), { at, former, takenAt })),
      );
    }
    takenAt.clear();
  };
  return {
    attempted: (portalId, isTaken) => {
      if (isTaken) takenAt.set(portalId, new Date(now()));
      for (const [lane, own] of kept) {
        if (!lane.portals.has(portalId)) continue;
        own[isTaken ? 'accepted' : 'failed'] += 1;
        return;
      }
    },
    follow: async (told: ToldOf, signal: AbortSignal) => {
      while (!signal.aborted) {
        await tellLanes(told).catch(told.onTrouble);
        if (isSampleDue(statusAtMs, now())) {
          statusAtMs = now();
          await tellStatuses(told).catch(told.onTrouble);
        }
        await pause(everyMs, signal);
      }
    },
  };
}

interface Known {
  readonly at: Date;
  readonly former: ReadonlyMap<string, StatusDocument>;
  readonly takenAt: ReadonlyMap<string, Date>;
}

function statusOf({ id }: { readonly id: string }, seen: SeenPortal, { at, former, takenAt }: Known): StatusDocument {
  const { waiting, oldestAt } = seen;
  const { lastSuccessAt = undefined, slots = [] } = former.get(id) ?? {};
  const state = stateOf(seen);
  const success = takenAt.get(id) ?? lastSuccessAt;
  const known = { ...(oldestAt && { oldestAt }), ...(success && { lastSuccessAt: success }) };
  return { _id: id, at, state, waiting, ...known, slots: withLook(slots, state, at.getTime()) };
}

/** A lane that is new goes on from what its former owner told. */
async function meetLanes(
  kept: Map<PortalLaneView, Kept>,
  lanes: ReadonlySet<PortalLaneView>,
  store: LaneStore,
): Promise<void> {
  const strange = [...lanes].filter((lane) => !kept.has(lane));
  if (strange.length === 0) return;
  const former = new Map((await store.all()).map(({ _id, history }) => [_id, history]));
  for (const lane of strange) {
    const history = former.get(lane.lane) ?? [];
    kept.set(lane, { history, sampledAtMs: history.at(-1)?.at.getTime() ?? 0, accepted: 0, failed: 0 });
  }
}

function sample(own: Kept, waiting: number, at: Date): void {
  if (!isSampleDue(own.sampledAtMs, at.getTime())) return;
  own.history = [...own.history, { at, waiting, accepted: own.accepted, failed: own.failed }].slice(-mostSamples);
  own.sampledAtMs = at.getTime();
  own.accepted = 0;
  own.failed = 0;
}

/** What is absent must not be stored as null. */
function present<T extends object>(value: T): Partial<T> {
  return Object.fromEntries(Object.entries(value).filter(([, each]) => each !== undefined)) as Partial<T>;
}
