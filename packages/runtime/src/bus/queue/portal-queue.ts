import { type DeliveryRecord, subjects } from '@trunkline/contracts';
import { LaneAlarm } from '../alarm.ts';
import { pause } from '../clock.ts';
import type { Clock, Lease, LogPort } from '../ports.ts';
import { type FencedLog, LostOwnership, openFencedLog } from './fenced-log.ts';
import { createPools } from './pools.ts';
import { heedChanges, isFirstBehind } from './portal-change.ts';
import { portalOf } from './portal-cursor.ts';
import { receive } from './portal-feed.ts';
import { flowAfter } from './portal-flow.ts';
import { consider, heedSettings, type Lane, outbox } from './portal-lane.ts';
import type { PortalObserver } from './portal-observer.ts';
import type { PortalPorts } from './portal-ports.ts';
import { heedConsumers } from './portal-pull.ts';
import { tellPulled } from './portal-pulled.ts';
import { hasNews, joined, keepRecording, type Recorded, recordFormat, recordNow, recordsAt } from './portal-record.ts';
import { makeRoom, relieve } from './portal-room.ts';
import type { Portal } from './portal-state.ts';
import { considerReplays, resumeUnblocked, startReady } from './portal-step.ts';
import { queuesOf, summaryOf, wholeOf } from './portal-strand.ts';
import type { RequestGate } from './request-gate.ts';

/** What a portal queue needs. */
export interface PortalQueueOptions {
  readonly log: LogPort;
  /** The lane, and for how long it is ours. */
  readonly lease: Lease;
  readonly ports: PortalPorts;
  readonly clock: Clock;
  /** From 0 to 1, for the spread of retries. */
  readonly random: () => number;
  /** One for all lanes of the process. */
  readonly gate: RequestGate;
  readonly observer: PortalObserver;
  /** Hears of the lane once it is taken over: for metrics. */
  readonly onOpen?: (lane: PortalLaneView) => void;
}

/** A lane as metrics look at it. */
export interface PortalLaneView {
  readonly lane: number;
  readonly portals: ReadonlyMap<string, Readonly<Portal>>;
  /** Those that are not live: only they can hold anything. */
  readonly behind: ReadonlySet<Readonly<Portal>>;
  /** Memory of live events. */
  readonly liveBytes: number;
  /** The last message of the lane that was seen. */
  readonly feedSequence: number;
}

const lookEveryMs = 250;
/** How long requests that are open may still be answered when the lane ends. */
const graceMs = 1_000;
/** Two unanswered writes of the last record are not yet the end of it; a lane must have ended before it is given up. */
const lastRecordMs = 4_000;

/**
 * Sends everything of a lane to its portals, in order, until the lease ends: then what is open gets a second, the last
 * record is written, and it resolves. Rejects with {@link LostOwnership} when another owner wrote to the lane's records, and
 * with {@link LaneAlarm} when the lane must not go on until a person looked.
 */
export async function runPortalQueue(options: PortalQueueOptions): Promise<void> {
  const { lease } = options;
  const recording = new AbortController();
  const record = openRecord(options, recording.signal);
  const abandon = () => recording.abort();
  lease.signal.addEventListener('abort', abandon, { once: true });
  if (lease.signal.aborted) return;
  let lane: Lane;
  try {
    lane = openLane(options, await takeOver(options, record));
  } catch (error) {
    if (lease.signal.aborted) return;
    throw error;
  }
  // From here on records may outlive the lease for a moment: a late one is refused, not dangerous.
  lease.signal.removeEventListener('abort', abandon);
  options.onOpen?.(lane);
  let cancel = () => {};
  const failure = await work(lane, record, () => {
    cancel = options.clock.after(graceMs + lastRecordMs, abandon);
  });
  await finish(lane, record, failure);
  cancel();
  if (failure !== undefined) throw failure;
}

function openRecord(
  { log, clock, lease, observer }: PortalQueueOptions,
  signal: AbortSignal,
): FencedLog<DeliveryRecord> {
  return openFencedLog<DeliveryRecord>({
    ...recordsAt(log, lease.lane),
    scheduler: clock,
    signal,
    owner: lease.owner,
    onTrouble: (error) => observer.troubled(error),
  });
}

async function takeOver(
  { log, lease, clock, observer }: PortalQueueOptions,
  record: FencedLog<DeliveryRecord>,
): Promise<Recorded> {
  let recorded: Recorded = joined([]);
  await record.takeOver((records) => {
    recorded = joined(records);
    const { cursors, lowSequence, feedSequence } = recorded;
    const at = new Date(clock.wallMs());
    const stamp = { lane: lease.lane, format: recordFormat, at };
    return { ...stamp, attempts: [], cursors: [...cursors], lowSequence, feedSequence };
  });
  while (!lease.signal.aborted) {
    try {
      const last = await log.lastSequence(outbox);
      if (last >= recorded.feedSequence) break;
      throw new LaneAlarm('stream_lost', `${outbox} ends at ${last}, and ${recorded.feedSequence} was read before`);
    } catch (error) {
      if (error instanceof LaneAlarm) throw error;
      observer.troubled(error);
      await pause(clock, lookEveryMs, lease.signal);
    }
  }
  return recorded;
}

function openLane(options: PortalQueueOptions, recorded: Recorded): Lane {
  const { log, lease, ports, clock, random, gate, observer } = options;
  const lane: Lane = {
    ...{ lane: lease.lane, log, lease, ports, clock, random, gate, observer },
    pools: createPools<Portal>(),
    portals: new Map(),
    waiting: new Set(),
    behind: new Set(),
    changed: new Set(),
    attempts: [],
    pulled: [],
    told: new Set(),
    steps: new Map(),
    liveBytes: 0,
    freed: () => {},
    feedSequence: recorded.feedSequence,
    startSequence: recorded.lowSequence,
    isEnding: false,
    wake: () => startReady(lane),
  };
  for (const cursor of recorded.cursors) {
    const portal = portalOf(cursor, subjects.outbox(lease.lane, cursor.portalId), clock);
    lane.portals.set(portal.id, portal);
    for (const queue of queuesOf(portal)) if (queue.mode !== 'live') lane.behind.add(queue);
  }
  for (const portal of lane.behind) consider(lane, portal);
  heedChanges(lane);
  return lane;
}

/** Runs the lane until the lease ends or something fails; answers with what failed. Calls when it begins to end. */
async function work(lane: Lane, record: FencedLog<DeliveryRecord>, onEnding: () => void): Promise<unknown> {
  const failing = new AbortController();
  const signal = AbortSignal.any([lane.lease.signal, failing.signal]);
  const ended = new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
  let failure: unknown;
  const watched = async (loop: Promise<void>) => {
    try {
      await loop;
    } catch (error) {
      failure ??= error;
      failing.abort();
    }
  };
  const leaveGate = lane.gate.onRoom(lane.wake);
  const loops = [readFeed(lane, signal), keepRecording(lane, record, signal), look(lane, signal)].map(watched);
  lane.wake();
  if (!signal.aborted) await ended;
  onEnding();
  lane.isEnding = true;
  leaveGate();
  for (const portal of lane.portals.values()) {
    portal.timer?.cancel();
    for (const strand of portal.strands) strand.timer?.cancel();
  }
  await Promise.all([...loops, endSteps(lane)]);
  return failure;
}

async function readFeed(lane: Lane, signal: AbortSignal): Promise<void> {
  const feed = { stream: outbox, subjects: [subjects.allOutbox(lane.lane)], afterSequence: lane.feedSequence, signal };
  for await (const message of lane.log.feed(feed)) {
    receive(lane, message);
    lane.wake();
    await makeRoom(lane, signal);
  }
}

/** Looks after what nobody else wakes: memory held too long, portals that were resumed, a lease that is fresh again. */
async function look(lane: Lane, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await pause(lane.clock, lookEveryMs, signal);
    relieve(lane);
    heedSettings(lane);
    measureFlow(lane);
    resumeUnblocked(lane);
    heedChanges(lane);
    heedConsumers(lane);
    considerReplays(lane);
    tellPulled(lane);
    lane.wake();
  }
}

/** Measures how fast those that are behind are taken and grow; nothing is known of one that fails, or is not sent to. */
function measureFlow(lane: Lane): void {
  const nowMs = lane.clock.now();
  for (const portal of lane.behind) {
    if (!isFirstBehind(lane, portal)) continue;
    const whole = wholeOf(portal);
    const { mode, failures, sequence, expired, parked, withheld, skipped, arrived } = summaryOf(whole);
    const counts = { taken: sequence - expired - parked - withheld - skipped, arrived };
    const isTaken = mode !== 'paused' && failures === 0;
    whole.flow = isTaken ? flowAfter(whole.flow, counts, nowMs) : undefined;
  }
}

/** Gives what is open a moment to be answered, then aborts it. */
async function endSteps(lane: Lane): Promise<void> {
  const all = Promise.all(lane.steps.keys());
  const over = new AbortController();
  await Promise.race([all, pause(lane.clock, graceMs, over.signal)]);
  over.abort();
  for (const abort of [...lane.steps.values()]) abort();
  await all;
}

async function finish(lane: Lane, record: FencedLog<DeliveryRecord>, failure: unknown): Promise<void> {
  if (failure instanceof LostOwnership || !hasNews(lane)) return;
  try {
    await recordNow(lane, record, false);
  } catch (error) {
    // Whatever is not recorded is sent again by the next owner, under the same ids.
    lane.observer.troubled(error);
  }
}
