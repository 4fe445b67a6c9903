import { consider, type Lane, toDrain } from './portal-lane.ts';
import type { Portal } from './portal-state.ts';
import { wholeOf } from './portal-strand.ts';

/** Memory for live events of a lane. */
const liveBytesLimit = 8 * 1024 * 1024;
/** A queue that holds more, when memory is full, is one portal's burst: it is read back from the stream. */
const burstBytes = liveBytesLimit / 4;
/** A feed that waited goes on when no more than this is held. */
const roomyBytes = liveBytesLimit / 2;
/** So long the feed waits for those that take; then whoever does not gives way. */
const patienceMs = 250;
/** A live event that waits longer, by its portal's own doing, sends its queue to drain. */
const liveWaitLimitMs = 2_000;

/**
 * Makes room when the memory of live events is full. The burst of one portal goes to drain. What many hold is the lane's own
 * backlog (an owner that was away has everything to catch up with): then the feed waits while they take, because in drain each
 * of them would search the whole stream for its own events. Those that do not take meanwhile go to drain, so that they stop
 * nobody.
 */
export async function makeRoom(lane: Lane, signal: AbortSignal): Promise<void> {
  for (let limit = liveBytesLimit; lane.liveBytes > limit && !signal.aborted; limit = roomyBytes) {
    const largest = largestOf(lane.waiting);
    if (largest.bytes > burstBytes) for (const portal of largest.queues) giveWay(lane, portal);
    else if (largest.queues.length > 0) await roomSoon(lane, signal);
    else return;
  }
}

/** Resolves as soon as there is room; when the patience is over, those that took nothing have given way. */
async function roomSoon(lane: Lane, signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  let wasAnyTaken = false;
  const cancel = lane.clock.after(patienceMs, () => {
    giveWayAll(lane, wasAnyTaken);
    resolve();
  });
  const stop = () => resolve();
  signal.addEventListener('abort', stop, { once: true });
  lane.freed = () => {
    wasAnyTaken = true;
    if (lane.liveBytes <= roomyBytes) resolve();
  };
  await promise;
  lane.freed = () => {};
  signal.removeEventListener('abort', stop);
  cancel();
}

/** The sick go to drain; where none is, the one that has waited longest, and all when nobody takes anything. */
function giveWayAll(lane: Lane, wasAnyTaken: boolean): void {
  const nowMs = lane.clock.now();
  const isSick = ({ isBusy, startedAtMs }: Portal) => isBusy && nowMs - startedAtMs > lane.gate.usual.sickAfterMs;
  const waiting = [...lane.waiting].sort((a, b) => waitedMs(b, nowMs) - waitedMs(a, nowMs));
  const sick = waiting.filter(isSick);
  for (const portal of sick) giveWay(lane, portal);
  if (sick.length > 0) return;
  for (const portal of waiting.slice(0, wasAnyTaken ? 1 : waiting.length)) {
    if (lane.liveBytes > roomyBytes) giveWay(lane, portal);
  }
}

/** Sends to drain whatever its portal has left in memory for too long: that memory is for those who take at once. */
export function relieve(lane: Lane): void {
  const nowMs = lane.clock.now();
  for (const portal of [...lane.waiting]) {
    if (!isOwnDoing(lane, portal)) continue;
    const { lingerMs } = lane.ports.view(portal.id).settings;
    const sinceMs = portal.isBusy ? nowMs - portal.startedAtMs : waitedMs(portal, nowMs) - lingerMs;
    if (sinceMs > liveWaitLimitMs) giveWay(lane, portal);
  }
}

/** False for one that waits for a slot: that is not its doing. */
function isOwnDoing(lane: Lane, portal: Portal): boolean {
  return !lane.pools.isReady(portal);
}

function waitedMs(portal: Portal, nowMs: number): number {
  return nowMs - (portal.queue[0]?.readAtMs ?? nowMs);
}

function giveWay(lane: Lane, portal: Portal): void {
  toDrain(lane, portal);
  consider(lane, portal);
}

/** What one portal holds. */
interface Held {
  bytes: number;
  /** Its strands, where it has some. */
  readonly queues: Portal[];
}

function largestOf(waiting: Iterable<Portal>): Held {
  const held = new Map<Portal, Held>();
  let largest: Held = { bytes: 0, queues: [] };
  for (const portal of waiting) {
    const whole = wholeOf(portal);
    const own = held.get(whole) ?? { bytes: 0, queues: [] };
    held.set(whole, own);
    own.bytes += portal.queuedBytes;
    own.queues.push(portal);
    if (own.bytes > largest.bytes) largest = own;
  }
  return largest;
}
