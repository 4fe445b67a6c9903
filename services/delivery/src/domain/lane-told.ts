import { type PortalEntry, PortalMode, UnwellPortal } from '@trunkline/contracts';
import { type PortalLaneView, summaryOf } from '@trunkline/runtime';
import type { ToldMode } from '../store/lanes.ts';
import { emptyAtOf } from './empty-at.ts';
import { obstacleOf, settingsOf } from './settings.ts';
import { isUnwell, type Judged, worstFirst } from './unwell.ts';

type ViewedPortal = PortalLaneView['portals'] extends ReadonlyMap<string, infer Viewed> ? Viewed : never;

const modes = {
  live: PortalMode.PORTAL_MODE_LIVE,
  drain: PortalMode.PORTAL_MODE_DRAIN,
  paused: PortalMode.PORTAL_MODE_PAUSED,
  pull: PortalMode.PORTAL_MODE_PULL,
} as const;

/** A lane keeps so many of its worst. */
export const mostUnwell = 250;
const textLength = 300;

/** What is known beside the lane itself. */
export interface Around {
  readonly entryOf: (portalId: string) => PortalEntry | undefined;
  readonly pausedBecause: (portalId: string) => string | undefined;
  /** Milliseconds since 1970, and what the lane's own clock says at the same moment. */
  readonly nowMs: number;
  readonly clockMs: number;
}

/** How a portal is doing. */
export interface SeenPortal extends Judged {
  readonly waiting: number;
  readonly oldestAt: Date | undefined;
  /** Why it is paused: by somebody, or by what it is; empty: it is not. */
  readonly pauseReason: string;
  /** Nobody paused it: it is switched off, or cannot be sent to. */
  readonly isOff: boolean;
}

/** How a portal is doing: as its lane knows, and paused from the moment on at which somebody says so. Pure. */
export function seenPortal(portal: ViewedPortal, { entryOf, pausedBecause, nowMs }: Around): SeenPortal {
  const waiting = Math.max(0, portal.headSequence - portal.sequence);
  const frontAtMs = portal.queue[0]?.event.at?.getTime() ?? portal.frontAtMs;
  const oldestAt = waiting === 0 || frontAtMs === undefined ? undefined : new Date(frontAtMs);
  const ageMs = oldestAt === undefined ? 0 : Math.max(0, nowMs - oldestAt.getTime());
  const asked = pausedBecause(portal.id);
  const pauseReason = asked ?? obstacleOf(entryOf(portal.id)) ?? '';
  const mode = pauseReason === '' ? modes[portal.mode] : PortalMode.PORTAL_MODE_PAUSED;
  const isOff = asked === undefined && pauseReason !== '';
  const { lingerMs } = settingsOf(entryOf(portal.id));
  return { mode, failures: portal.failures, waiting, oldestAt, ageMs, lingerMs, pauseReason, isOff };
}

/** Portals of a lane by mode, and the worst of those that are not well. One that is off on purpose is not unwell. Pure. */
export function laneTold(lane: PortalLaneView, around: Around) {
  const byMode = new Map<PortalMode, ToldMode>();
  const unwell: UnwellPortal[] = [];
  for (const whole of lane.portals.values()) {
    const portal = summaryOf(whole);
    const seen = seenPortal(portal, around);
    byMode.set(seen.mode, withPortal(byMode.get(seen.mode), seen));
    if (isUnwell(seen) && !(seen.isOff && seen.waiting === 0))
      unwell.push({ ...unwellPortal(portal, seen, around), lane: lane.lane });
  }
  const worst = unwell.toSorted(worstFirst).slice(0, mostUnwell);
  return { modes: [...byMode.values()], unwell: unwell.length, worst };
}

function withPortal(former: ToldMode | undefined, { mode, waiting, oldestAt }: SeenPortal): ToldMode {
  const { portals = 0, waiting: before = 0, oldestAt: olderAt } = former ?? {};
  const oldest = earlierOf(olderAt, oldestAt);
  return { mode, portals: portals + 1, waiting: before + waiting, ...(oldest && { oldestAt: oldest }) };
}

/** The earlier of two times that may be absent. Pure. */
export function earlierOf(left: Date | undefined, right: Date | undefined): Date | undefined {
  if (left === undefined || right === undefined) return left ?? right;
  return left < right ? left : right;
}

function unwellPortal(
  portal: ViewedPortal,
  { mode, waiting, oldestAt, failures, ageMs, pauseReason }: SeenPortal,
  { entryOf, nowMs, clockMs }: Around,
): UnwellPortal {
  const entry = entryOf(portal.id);
  const { lastError, flow } = portal;
  const rates = { takenPerSecond: flow?.takenPerSecond ?? 0, comingPerSecond: flow?.comingPerSecond ?? 0 };
  const emptyAt = pauseReason === '' ? emptyAtOf({ waiting, lastError, ...rates }, nowMs) : undefined;
  const isTried = mode === PortalMode.PORTAL_MODE_DRAIN && waiting > 0;
  return UnwellPortal.fromPartial({
    ...{ portalId: portal.id, name: entry?.name ?? '', tenantId: entry?.tenantId ?? '', mode, waiting, failures },
    ...(oldestAt && { oldestAt }),
    ...(emptyAt && { emptyAt }),
    ...{ lastError, lastErrorText: portal.lastErrorText.slice(0, textLength) },
    ...(isTried && { nextAttemptAt: new Date(nowMs + portal.nextAttemptAtMs - clockMs) }),
    ...{ pauseReason: pauseReason.slice(0, textLength), expiring: Math.min(1, ageMs / settingsOf(entry).retentionMs) },
  });
}
