import { laterTotals } from '../overflow/totals.ts';
import { consider, type Lane, toDrain } from './portal-lane.ts';
import type { PortalView } from './portal-ports.ts';
import { newPortal, type Portal } from './portal-state.ts';
import { afterOf, areTogether, isChanging, wholeOf } from './portal-strand.ts';

/**
 * Lets the number of a portal's strands follow its settings, as far as that is possible now: nothing goes out as it comes any
 * more, strands that are together become one queue, and one queue that has told everything becomes strands. True: it has done so,
 * or it has nothing else to do in this turn.
 */
export function change(lane: Lane, portal: Portal, view: PortalView): boolean {
  if (!isChanging(portal, view)) return false;
  const whole = wholeOf(portal);
  if (whole.strands.length > 0) {
    for (const strand of whole.strands) if (strand.mode === 'live') toDrain(lane, strand);
    return portal.strand === undefined;
  }
  // What it was not told yet, it must hear before anything else.
  if (portal.notices.length > 0) return false;
  if (portal.mode === 'live') toDrain(lane, portal);
  divide(lane, portal, view.settings.strands);
  return true;
}

/** One queue becomes strands, which all begin where it stands. Its turn is the only thing under way. */
function divide(lane: Lane, portal: Portal, count: number): void {
  portal.after = afterOf(portal);
  const { mode, outboxSequence, taken, sequence, failures, lastError, lastErrorText, nextAttemptAtMs } = portal;
  const { seenSequence, headSequence, unknownKids, resumedAtMs, doneTotals, headTotals } = portal;
  portal.strands = Array.from({ length: count }, (_, index) => ({
    ...newPortal(portal.id, portal.subject, outboxSequence),
    ...{ mode, taken, sequence, failures, lastError, lastErrorText, nextAttemptAtMs },
    ...{ seenSequence, headSequence, unknownKids, resumedAtMs, doneTotals, headTotals },
    strand: { index, count, whole: portal },
  }));
  portal.mode = 'live';
  begin(lane, portal);
  lane.behind.delete(portal);
  for (const strand of portal.strands) lane.behind.add(strand);
}

/** Strands that stand at the same place become one queue again, once their number is to be another one. */
export function mergeIfTogether(lane: Lane, whole: Portal): void {
  const [first] = whole.strands;
  if (first === undefined || !areTogether(whole) || !isChanging(whole, lane.ports.view(whole.id))) return;
  whole.after = afterOf(whole);
  for (const strand of whole.strands) {
    strand.timer?.cancel();
    lane.pools.forget(strand);
    lane.behind.delete(strand);
  }
  whole.mode = whole.strands.some(({ mode }) => mode === 'paused') ? 'paused' : 'drain';
  whole.outboxSequence = first.outboxSequence;
  whole.taken = first.taken;
  whole.sequence = first.sequence;
  whole.doneTotals = whole.strands.reduce((latest, each) => laterTotals(latest, each.doneTotals), whole.doneTotals);
  whole.strands = [];
  whole.nextAttemptAtMs = lane.clock.now();
  begin(lane, whole);
  lane.behind.add(whole);
}

/** What stood in the way of the former queues is looked for anew; nothing is sent before a record tells of the new ones. */
function begin(lane: Lane, whole: Portal): void {
  // A replay of the strands may be due just now, or wait for its slot: its turn would be that of the new queue.
  whole.timer?.cancel();
  whole.timer = undefined;
  lane.pools.forget(whole);
  whole.isRecorded = false;
  whole.failures = 0;
  whole.lastError = '';
  whole.lastErrorText = '';
  whole.refusal = undefined;
  whole.flow = undefined;
  lane.changed.add(whole);
}

/** Whatever is recorded by now may be sent by; what was changed again meanwhile is not. */
export function recordedChanges(lane: Lane, portals: readonly Portal[]): () => void {
  const news = portals.filter(({ isRecorded }) => !isRecorded).map((whole) => ({ whole, strands: whole.strands }));
  return () => {
    for (const { whole, strands } of news) {
      if (whole.strands !== strands) continue;
      whole.isRecorded = true;
      considerAll(lane, whole);
    }
    if (news.length > 0) lane.wake();
  };
}

/** Lets strands that wait for each other go on, together or not any more. */
export function heedChanges(lane: Lane): void {
  for (const portal of lane.behind)
    if (portal.strand !== undefined && isFirstBehind(lane, portal)) considerAll(lane, portal);
}

/** True for one queue of each portal that is behind. Pure. */
export function isFirstBehind(lane: Lane, portal: Portal): boolean {
  return portal.strand === undefined || portal.strand.whole.strands.find((each) => lane.behind.has(each)) === portal;
}

/** Decides for each queue of a portal what it waits for; what one of them does may be what another one waits for. */
export function considerAll(lane: Lane, portal: Portal): void {
  const whole = wholeOf(portal);
  mergeIfTogether(lane, whole);
  // Replays are the portal's own, also where it has strands.
  consider(lane, whole);
  // Of those of which only one may be at work, the one that has waited longest goes first.
  for (const strand of whole.strands.toSorted((a, b) => a.nextAttemptAtMs - b.nextAttemptAtMs)) consider(lane, strand);
}
