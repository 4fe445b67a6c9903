import { type DeliveryAttempt, streams } from '@trunkline/contracts';
import type { Clock, Lease, LogPort } from '../ports.ts';
import type { PoolName, Pools } from './pools.ts';
import type { PortalObserver } from './portal-observer.ts';
import { pacedFromMs } from './portal-pace.ts';
import type { PauseReason, PortalPorts, PortalView, PulledRun } from './portal-ports.ts';
import type { Portal } from './portal-state.ts';
import { areStrandsIdle, isAtBarrier, waitsForSibling, wholeOf } from './portal-strand.ts';
import type { RequestGate } from './request-gate.ts';

/** No request starts when the lease was not confirmed since. */
export const leaseTrustMs = 2_000;
/** How often a paused portal is looked at for what has expired. */
export const pausedCheckMs = 60_000;
/** Requests of which the record is not stored yet; beyond it none starts. */
const unrecordedLimit = 4_000;

/** One lane of portals while this instance owns it. */
export interface Lane {
  readonly lane: number;
  readonly log: LogPort;
  readonly lease: Lease;
  readonly ports: PortalPorts;
  readonly clock: Clock;
  /** From 0 to 1, for what must not happen at the same time everywhere. */
  readonly random: () => number;
  readonly gate: RequestGate;
  readonly pools: Pools<Portal>;
  readonly observer: PortalObserver;
  readonly portals: Map<string, Portal>;
  /** Live portals with something in memory. */
  readonly waiting: Set<Portal>;
  /** Portals that are not live. */
  readonly behind: Set<Portal>;
  /** Portals whose cursor is not recorded yet. */
  readonly changed: Set<Portal>;
  /** Attempts that are not recorded yet. */
  attempts: DeliveryAttempt[];
  /** What consumers took of replays, of which the next record tells, or the store has not heard that one did. */
  pulled: PulledRun[];
  /** Ids of those that were given to a record, until the store knows them no more. */
  readonly told: Set<string>;
  /** What is at work now; to be aborted or waited for when the lane ends. */
  readonly steps: Map<Promise<void>, () => void>;
  liveBytes: number;
  /** Hears that memory of live events was given back. */
  freed: () => void;
  /** The last message that the feed showed. */
  feedSequence: number;
  /** Portals met first start behind this message. */
  readonly startSequence: number;
  /** No step starts any more. */
  isEnding: boolean;
  /** Starts whatever may be started. */
  readonly wake: () => void;
}

/** The stream of sealed events. */
export const outbox = streams.outbox;

/** True if a request may start now: this instance owns the lane beyond doubt, and its records are not far behind. */
export function mayStart(lane: Lane): boolean {
  return !lane.isEnding && lane.lease.confirmedAgoMs() < leaseTrustMs && lane.attempts.length < unrecordedLimit;
}

/** Drops what a live portal has in memory: it is read back from the stream. */
export function toDrain(lane: Lane, portal: Portal): void {
  if (portal.mode === 'live') portal.frontAtMs = portal.queue[0]?.event.at?.getTime();
  leaveLive(lane, portal);
  portal.mode = 'drain';
  lane.changed.add(portal);
}

/** Stops sending to a portal until it is not blocked any more. */
export function toPaused(lane: Lane, portal: Portal): void {
  leaveLive(lane, portal);
  portal.mode = 'paused';
  portal.nextAttemptAtMs = lane.clock.now() + pausedCheckMs;
  lane.changed.add(portal);
}

/** Takes events as they come again. Only after nothing waits, as the leader and the feed both say. */
export function toLive(lane: Lane, portal: Portal): void {
  portal.mode = 'live';
  portal.flow = undefined;
  portal.frontAtMs = undefined;
  // From here on the feed goes on behind what it has, whatever a message says of itself.
  if (portal.strand !== undefined) portal.headSequence = portal.sequence;
  lane.behind.delete(portal);
  lane.changed.add(portal);
}

function leaveLive(lane: Lane, portal: Portal): void {
  lane.liveBytes -= portal.queuedBytes;
  portal.queue = [];
  portal.queuedBytes = 0;
  lane.freed();
  lane.waiting.delete(portal);
  lane.behind.add(portal);
}

/** Decides what a portal that nobody works on waits for: its linger, its next attempt, or a slot. */
export function consider(lane: Lane, portal: Portal): void {
  if (portal.isBusy || lane.isEnding) return;
  const dueAtMs = dueAtOf(lane, portal);
  if (dueAtMs === undefined) return;
  const timer = portal.timer;
  if (timer?.atMs === dueAtMs) return;
  timer?.cancel();
  portal.timer = undefined;
  const ready = () => lane.pools.ready(poolOf(portal), portal);
  const delayMs = dueAtMs - lane.clock.now();
  if (delayMs <= 0) {
    ready();
    return;
  }
  lane.pools.forget(portal);
  const cancel = lane.clock.after(delayMs, () => {
    portal.timer = undefined;
    ready();
    lane.wake();
  });
  portal.timer = { atMs: dueAtMs, cancel };
}

function poolOf(portal: Portal): PoolName {
  if (portal.mode === 'live') return portal.queue.length > 0 ? 'live' : 'replaying';
  return portal.mode === 'paused' || portal.failures > 0 ? 'failing' : 'catchingUp';
}

/** True if a queue that was found ready still is: one strand may have taken what another one waited for as well. */
export function isDue(lane: Lane, portal: Portal): boolean {
  return (dueAtOf(lane, portal) ?? Number.POSITIVE_INFINITY) <= lane.clock.now();
}

function dueAtOf(lane: Lane, portal: Portal): number | undefined {
  const whole = wholeOf(portal);
  if (!whole.isRecorded) return undefined;
  if (portal.mode === 'pull') return portal.nextAttemptAtMs;
  const view = lane.ports.view(portal.id);
  if (isAtBarrier(portal, view) || waitsForSibling(portal)) return undefined;
  if (portal.mode === 'paused') return portal.nextAttemptAtMs;
  const { settings } = view;
  const dueAtMs = portal.mode === 'live' ? liveDueAtOf(lane, portal, settings) : portal.nextAttemptAtMs;
  if (dueAtMs === undefined) return undefined;
  return Math.max(dueAtMs, whole.heldUntilMs, pacedFromMs(whole.pace, settings.requestsPerMinute));
}

function liveDueAtOf(lane: Lane, portal: Portal, settings: PortalView['settings']): number | undefined {
  const front = portal.queue[0];
  if (front === undefined) return replayDueAtOf(lane, portal);
  const isFull = portal.queue.length >= batchEventsOf(portal, settings) || portal.queuedBytes >= settings.batchBytes;
  return isFull ? 0 : front.readAtMs + settings.lingerMs;
}

/** Most events of a portal's next request while nothing is wrong: by its settings, and by what it was seen to bear. Pure. */
export function batchEventsOf(portal: Portal, { batchEvents }: Pick<PortalView['settings'], 'batchEvents'>): number {
  return Math.min(batchEvents, wholeOf(portal).pace.mostEvents);
}

/** Most events of a portal's next request: one while it fails, fewer while a refused one is looked for. Pure. */
export function eventsAtOnce(portal: Portal, settings: PortalView['settings']): number {
  const isProbed = portal.failures > 0 && !settings.isOnce;
  return portal.refusal?.limit ?? (isProbed ? 1 : batchEventsOf(portal, settings));
}

/** Lets those that wait for a time of their settings follow new ones. */
export function heedSettings(lane: Lane): void {
  for (const portal of lane.waiting) consider(lane, portal);
  // The others wait for their next attempt, which no setting moves, unless their pace holds them.
  for (const portal of lane.behind) if ((portal.timer?.atMs ?? 0) > portal.nextAttemptAtMs) consider(lane, portal);
}

/** A replay waits until nothing else does. */
function replayDueAtOf(lane: Lane, portal: Portal): number | undefined {
  const number = portal.strand === undefined ? lane.ports.replays.next(portal.id) : undefined;
  if (number === undefined || !areStrandsIdle(portal)) return undefined;
  return portal.replay?.number === number ? portal.replay.nextAtMs : 0;
}

/** Pauses a portal for a reason that the queue itself found; a person resumes it. */
export function pausePortal(lane: Lane, portal: Portal, reason: PauseReason, text: string): void {
  // Another strand may have found the same just now: a person is told once.
  if (portal.strand === undefined || lane.ports.view(portal.id).blockedBy === undefined) {
    lane.ports.pause(portal.id, reason, text);
    lane.observer.paused(portal.id, reason);
  }
  toPaused(lane, portal);
}
