import { attempt, type Work } from './portal-attempt.ts';
import { isExpired } from './portal-batch.ts';
import { change, considerAll } from './portal-change.ts';
import { readFront } from './portal-front.ts';
import { meetGap } from './portal-gap.ts';
import { consider, isDue, type Lane, mayStart, pausedCheckMs, toDrain, toPaused } from './portal-lane.ts';
import { park } from './portal-park.ts';
import { isPulled, pullTurn } from './portal-pull.ts';
import { isReplayReady, sendReplay } from './portal-replay.ts';
import { withKnownKeys } from './portal-reseal.ts';
import type { PlacedEvent } from './portal-state.ts';
import { isAtBarrier, wholeOf } from './portal-strand.ts';

const troubleDelayMs = 1_000;
const poolOrder = ['live', 'catchingUp', 'failing', 'replaying'] as const;
/** For a request of these no other is aborted. */
const patient: ReadonlySet<string> = new Set(['failing', 'replaying']);

/** Gives free slots to ready portals. Starts nothing when the lease is in doubt: whoever confirms it wakes the lane again. */
export function startReady(lane: Lane): void {
  for (const pool of poolOrder) {
    for (let portal = lane.pools.next(pool); portal !== undefined; portal = lane.pools.next(pool)) {
      if (!mayStart(lane)) return;
      if (portal.strand !== undefined && !isDue(lane, portal)) {
        lane.pools.forget(portal);
        consider(lane, portal);
        continue;
      }
      const request = lane.gate.open(patient.has(pool) ? 'sick' : 'well');
      if (request === undefined) return;
      start(lane, { portal, slot: lane.pools.take(pool, portal), request });
    }
  }
}

function start(lane: Lane, work: Work): void {
  const { portal, slot, request } = work;
  portal.isBusy = true;
  portal.startedAtMs = lane.clock.now();
  const done = step(lane, work)
    .catch((error: unknown) => {
      lane.observer.troubled(error);
      if (portal.mode === 'live' && portal.strands.length === 0) toDrain(lane, portal);
      portal.nextAttemptAtMs = lane.clock.now() + troubleDelayMs;
    })
    .then(() => {
      slot.release();
      request.close();
      portal.isBusy = false;
      lane.steps.delete(done);
      considerAll(lane, portal);
      lane.wake();
    });
  lane.steps.set(done, request.abort);
}

/** One turn of a portal: what is at its front is read, given up or sent. */
async function step(lane: Lane, work: Work): Promise<void> {
  const { portal } = work;
  const view = lane.ports.view(portal.id);
  if (isPulled(portal, view)) return await pullTurn(lane, portal, view);
  if (change(lane, portal, view) || isAtBarrier(portal, view)) return;
  if (portal.strands.length > 0) return isReplayReady(work) ? await sendReplay(lane, work) : undefined;
  if (view.blockedBy !== undefined && portal.mode !== 'paused') toPaused(lane, portal);
  if (view.blockedBy === undefined && portal.mode === 'paused') toDrain(lane, portal);
  if (portal.mode === 'live') return await (isReplayReady(work) ? sendReplay(lane, work) : sendLive(lane, work));
  const front = await readFront(lane, portal, view);
  if (portal.mode === 'paused') {
    if (front.kind !== 'again') portal.nextAttemptAtMs = lane.clock.now() + pausedCheckMs;
  } else if (front.kind === 'gap') {
    meetGap(lane, portal, front);
  } else if (front.kind === 'events') {
    await sendOrPark(lane, work, front.events);
  }
}

async function sendLive(lane: Lane, work: Work): Promise<void> {
  const { portal } = work;
  const { retentionMs } = lane.ports.view(portal.id).settings;
  const front = portal.queue[0];
  // Expiry has its one place, where events are read back.
  if (front === undefined || isExpired(front, lane.clock.wallMs() - retentionMs)) return toDrain(lane, portal);
  await sendOrPark(lane, work, portal.queue);
}

async function sendOrPark(lane: Lane, work: Work, events: readonly PlacedEvent[]): Promise<void> {
  const { portal } = work;
  const { refusal } = portal;
  const front = portal.notices[0]?.toSequence ?? events[0]?.event.sequence;
  const isNamed = front !== undefined && refusal?.namedSequence === front;
  const sendable = isNamed ? events : await withKnownKeys(lane, portal, events);
  if (sendable === undefined) return;
  if (isNamed || (await attempt(lane, work, sendable)) === 'park') await park(lane, portal, sendable);
}

/** Lets replays begin that nobody has considered yet. */
export function considerReplays(lane: Lane): void {
  for (const portalId of lane.ports.replays.portals()) {
    const portal = lane.portals.get(portalId);
    if (portal?.mode === 'live') consider(lane, portal);
  }
}

/** Lets those go on that are not blocked any more, or that a person wants to be tried at once. */
export function resumeUnblocked(lane: Lane): void {
  for (const portal of lane.behind) {
    if (portal.isBusy) continue;
    const { blockedBy, resumedAtMs } = lane.ports.view(portal.id);
    // Stamped by instances whose clocks are not the same: the later one may be the smaller.
    const isHurried = resumedAtMs.some((atMs) => atMs !== 0 && !portal.resumedAtMs.includes(atMs));
    if (blockedBy !== undefined || (portal.mode !== 'paused' && !isHurried)) continue;
    portal.resumedAtMs = resumedAtMs;
    toDrain(lane, portal);
    portal.nextAttemptAtMs = lane.clock.now();
    portal.refusal = undefined;
    portal.unknownKids.clear();
    wholeOf(portal).parkedInRow = 0;
    wholeOf(portal).heldUntilMs = 0;
    consider(lane, portal);
  }
}
