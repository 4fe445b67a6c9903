import type { Slot } from './pools.ts';
import { fitting, itemOf } from './portal-batch.ts';
import { dequeue } from './portal-feed.ts';
import { eventsAtOnce, isDue, type Lane, mayStart, pausePortal, toDrain } from './portal-lane.ts';
import { goOn, isSkipped, skip } from './portal-once.ts';
import { afterAnswer } from './portal-pace.ts';
import type { BatchItem, PortalRequest, PostResult, Verdict } from './portal-ports.ts';
import { afterProgress, afterRefusal } from './portal-refusal.ts';
import { unknownKeyRetryMs } from './portal-reseal.ts';
import { moveBehind, type PlacedEvent, type Portal } from './portal-state.ts';
import { heard, inStrand, moveLive, strandNameOf, wholeOf } from './portal-strand.ts';
import type { OpenRequest } from './request-gate.ts';
import { retryDelayMs } from './retry-schedule.ts';

const errorTextLimit = 160;

/** What one step may use while it lasts. */
export interface Work {
  readonly portal: Portal;
  readonly slot: Slot;
  readonly request: OpenRequest;
}

/** Sends what is at the front: notices first. Says `park` when the front is to be given up. */
export async function attempt(lane: Lane, work: Work, events: readonly PlacedEvent[]): Promise<'park' | undefined> {
  const { portal } = work;
  const { settings } = lane.ports.view(portal.id);
  const limit = eventsAtOnce(portal, settings);
  const notices = portal.notices.map((notice) => lane.ports.notice(portal.id, notice));
  const waiting = [...notices, ...events.slice(0, limit).map(itemOf)];
  const items = fitting(inStrand(portal, waiting, lane.ports.inStrand), {
    ...{ events: limit, bytes: settings.batchBytes },
  });
  // Reading may have taken longer than the lease is trusted: then this turn is over. Or another strand was faster.
  if (!mayStart(lane) || (portal.strand !== undefined && !isDue(lane, portal))) return undefined;
  const at = new Date(lane.clock.wallMs());
  const startedAtMs = lane.clock.now();
  const result = await post(lane, work, { items, attempt: portal.failures + 1 });
  const durationMs = Math.round(lane.clock.now() - startedAtMs);
  const outcome = outcomeOf(result, items.length);
  const record = { ...tried(portal, items, outcome.accepted), ...outcome, at, durationMs, replay: 0 };
  lane.attempts.push(record);
  lane.observer.attempted(work.slot.pool, record, sizeOf(items));
  lane.changed.add(portal);
  const { verdict } = result;
  const untaken = {
    events: events.slice(0, Math.max(0, items.length - notices.length)),
    notices: notices.length,
    verdict,
    isAborted: work.request.signal.aborted,
  };
  const isOver = isSkipped(lane, portal, untaken);
  const next = settle(lane, portal, { items, events, notices: notices.length }, verdict);
  if (isOver) await skip(lane, portal, untaken);
  else if (untaken.events.length === 0) goOn(lane, portal, verdict);
  return isOver ? undefined : next;
}

/** Makes the step's one request, and learns from it how fast the portal may be asked. Never rejects. */
export async function post(lane: Lane, work: Work, batch: Omit<PortalRequest, 'portalId'>): Promise<PostResult> {
  const { portal, request } = work;
  const startedAtMs = lane.clock.now();
  const whole = wholeOf(portal);
  whole.pace = { ...whole.pace, startedAtMs };
  const leave = turnSickInTime(lane, work);
  const result = await answerOf(lane, work, batch);
  leave();
  const endedAtMs = lane.clock.now();
  if (result.verdict.kind === 'accepted') lane.gate.usual.accepted(endedAtMs - startedAtMs);
  whole.pace = afterAnswer(whole.pace, {
    ...{ events: batch.items.length, attempt: batch.attempt, startedAtMs, endedAtMs, result },
    batchEvents: lane.ports.view(portal.id).settings.batchEvents,
    isAborted: request.signal.aborted,
  });
  return result;
}

/**
 * A request that takes longer than others usually do gives its slot back, and counts among the failing: one of each portal
 * does, or the strands of one that is slow would hold the slots that all who fail are tried in. Returns what ends the watch.
 */
function turnSickInTime(lane: Lane, { portal, slot, request }: Work): () => void {
  const startedAtMs = lane.clock.now();
  const whole = wholeOf(portal);
  let sick = 0;
  let cancel = () => {};
  const watch = (delayMs: number) => {
    cancel = lane.clock.after(delayMs, () => {
      const leftMs = Math.ceil(startedAtMs + lane.gate.usual.sickAfterMs - lane.clock.now());
      if (leftMs > 0) return watch(leftMs);
      request.turnSick();
      if (whole.sick > 0) slot.release();
      else slot.turnSick();
      sick = 1;
      whole.sick += sick;
      lane.wake();
    });
  };
  watch(lane.gate.usual.sickAfterMs);
  return () => {
    cancel();
    whole.sick -= sick;
  };
}

async function answerOf(
  lane: Lane,
  { portal, request }: Work,
  batch: Omit<PortalRequest, 'portalId'>,
): Promise<PostResult> {
  try {
    return await lane.ports.post({ portalId: portal.id, ...batch }, request.signal);
  } catch (error) {
    lane.observer.troubled(error);
    const verdict = { kind: 'failed', code: 'internal', text: 'the request could not be made' } as const;
    return { verdict, httpStatus: 0, traceparent: '' };
  }
}

interface Sent {
  readonly items: readonly BatchItem[];
  readonly events: readonly PlacedEvent[];
  /** How many of the first items are notices. */
  readonly notices: number;
}

function settle(lane: Lane, portal: Portal, sent: Sent, verdict: Verdict): 'park' | undefined {
  switch (verdict.kind) {
    case 'accepted':
      accept(lane, portal, sent, Math.min(verdict.count, sent.items.length));
      return undefined;
    case 'failed':
      fail(lane, portal, verdict);
      portal.nextAttemptAtMs =
        lane.clock.now() + (verdict.retryAfterMs ?? retryDelayMs(portal.failures, lane.random()));
      // It speaks for the portal: no other strand asks sooner.
      if (portal.strand !== undefined && verdict.retryAfterMs !== undefined)
        wholeOf(portal).heldUntilMs = portal.nextAttemptAtMs;
      return undefined;
    case 'unknown_key': {
      fail(lane, portal, verdict);
      const nowMs = lane.clock.now();
      // Only a key that was used can be answered by another one.
      const isUsed = sent.events
        .slice(0, sent.items.length - sent.notices)
        .some(({ event }) => event.kid === verdict.kid);
      if (isUsed) portal.unknownKids.set(verdict.kid, nowMs + unknownKeyRetryMs);
      portal.nextAttemptAtMs = nowMs + (isUsed ? 0 : unknownKeyRetryMs);
      return undefined;
    }
    case 'off':
      fail(lane, portal, verdict);
      pausePortal(lane, portal, 'portal_gone', verdict.text);
      return undefined;
    case 'refused': {
      fail(lane, portal, verdict);
      const sequences = sent.items.map((item) => item.sequence);
      const namedSequence = sent.items.find((item) => item.id === verdict.eventId)?.sequence;
      const nowMs = lane.clock.now();
      const { refusal, parks, delayMs } = afterRefusal(portal.refusal, { sequences, namedSequence }, nowMs);
      portal.refusal = refusal;
      portal.nextAttemptAtMs = nowMs + Math.round(delayMs * (1 + lane.random() / 5));
      return parks ? 'park' : undefined;
    }
  }
}

function accept(lane: Lane, portal: Portal, { items, events, notices }: Sent, count: number): void {
  portal.notices = portal.notices.slice(Math.min(count, notices));
  const done = Math.max(0, count - notices);
  moveBehind(portal, events.slice(0, done));
  heard(portal, items[count - 1]?.sequence ?? 0);
  portal.done += done;
  if (portal.mode === 'live') dequeue(lane, portal, done);
  if (portal.mode === 'live' && portal.strand !== undefined) moveLive(portal);
  if (portal.failures > 0) recover(lane, portal);
  portal.failures = 0;
  portal.lastError = '';
  portal.lastErrorText = '';
  portal.nextAttemptAtMs = lane.clock.now();
  // A notice that is taken says nothing about the events.
  if (done > 0) wholeOf(portal).parkedInRow = 0;
  portal.refusal = afterProgress(portal.refusal, portal.sequence);
}

/** A portal that takes something again is asked by its other strands too, unless it is their events that it does not want. */
function recover(lane: Lane, { strand }: Portal): void {
  for (const each of strand?.whole.strands ?? []) {
    if (each.failures === 0 || each.refusal !== undefined || each.lastError === 'portal_unknown_key') continue;
    each.nextAttemptAtMs = Math.min(each.nextAttemptAtMs, lane.clock.now());
    // What fails again now is not down for so long: it waits as after a first failure.
    each.failures = 1;
  }
}

function fail(lane: Lane, portal: Portal, verdict: { readonly code: string; readonly text: string }): void {
  portal.failures += 1;
  portal.lastError = verdict.code;
  portal.lastErrorText = verdict.text.slice(0, errorTextLimit);
  if (portal.mode === 'live') toDrain(lane, portal);
}

/** How much a request holds. Pure. */
export function sizeOf(items: readonly BatchItem[]): { readonly events: number; readonly bytes: number } {
  return { events: items.length, bytes: items.reduce((sum, item) => sum + item.bytes.length, 0) };
}

function tried(portal: Portal, items: readonly BatchItem[], accepted: number) {
  const { strand } = portal;
  const firstSequence = items[0]?.sequence ?? 0;
  // What was taken of a strand has no end that could be counted from its beginning.
  const last = strand === undefined || accepted === 0 ? items.at(-1) : items[accepted - 1];
  const told = { portalId: portal.id, attempt: portal.failures + 1, strand: strandNameOf(portal) ?? '' };
  return { ...told, firstSequence, lastSequence: last?.sequence ?? 0 };
}

function outcomeOf({ verdict, httpStatus, traceparent }: PostResult, size: number) {
  if (verdict.kind !== 'accepted') return { outcome: verdict.code, httpStatus, traceparent, accepted: 0 };
  return { outcome: 'accepted', httpStatus, traceparent, accepted: Math.min(verdict.count, size) };
}
