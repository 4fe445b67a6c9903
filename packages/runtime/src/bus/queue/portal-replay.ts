import type { DeliveryAttempt } from '@trunkline/contracts';
import { post, sizeOf, type Work } from './portal-attempt.ts';
import { batchEventsOf, type Lane, mayStart } from './portal-lane.ts';
import type { BatchItem, PostResult, ReplayBatch, Verdict } from './portal-ports.ts';
import { afterProgress, afterRefusal } from './portal-refusal.ts';
import { unknownKeyRetryMs } from './portal-reseal.ts';
import type { Portal, ReplayState } from './portal-state.ts';
import { areStrandsIdle } from './portal-strand.ts';
import { retryDelayMs } from './retry-schedule.ts';

const troubleDelayMs = 1_000;
/** A portal that is switched off is asked as seldom as one that has been down for long. */
const seldom = 7;
/** A portal that names ever other keys is not asked at once for ever. */
const mostUnknownKids = 5;

/** True if the step was given to a replay, and nothing came for the portal since. Pure. */
export function isReplayReady({ portal, slot }: Work): boolean {
  return slot.pool === 'replaying' && portal.queue.length === 0 && areStrandsIdle(portal);
}

/**
 * Sends the next events of the portal's replay. The portal's cursor, its mode and its failures are not looked at and not
 * changed: whatever becomes of a replay, live events go on as if it were not there, but for the one request that is under way.
 * That is not broken off for them: where events come faster than a replay is answered, it would come for ever and never end.
 */
export async function sendReplay(lane: Lane, work: Work): Promise<void> {
  const { portal } = work;
  const number = lane.ports.replays.next(portal.id);
  if (number === undefined) return;
  const replay = replayOf(portal, number);
  try {
    await sendNext(lane, work, replay);
  } catch (error) {
    lane.observer.troubled(error);
    replay.nextAtMs = lane.clock.now() + troubleDelayMs;
  }
}

function replayOf(portal: Portal, number: number): ReplayState {
  if (portal.replay?.number !== number) {
    portal.replay = { number, failures: 0, nextAtMs: 0, refusal: undefined, unknownKids: new Map() };
  }
  return portal.replay;
}

async function sendNext(lane: Lane, work: Work, replay: ReplayState): Promise<void> {
  const { portal } = work;
  const { replays, view } = lane.ports;
  const { settings } = view(portal.id);
  const events = replay.refusal?.limit ?? (replay.failures > 0 ? 1 : batchEventsOf(portal, settings));
  for (const [kid, untilMs] of replay.unknownKids) if (untilMs <= lane.clock.now()) replay.unknownKids.delete(kid);
  const notKids = [...replay.unknownKids.keys()];
  const batch = await replays.read(portal.id, replay.number, { events, bytes: settings.batchBytes, notKids });
  // Reading took a while: something may have come, and the lease may be in doubt.
  if (batch === undefined || !mayStart(lane) || portal.mode !== 'live' || !isReplayReady(work)) return;
  if (replay.refusal?.namedSequence === batch.items[0]?.sequence) return await refuse(lane, portal, replay, batch);
  const [at, startedAtMs] = [new Date(lane.clock.wallMs()), lane.clock.now()];
  const attempt = replay.failures + 1;
  const result = await post(lane, work, { items: batch.items, attempt, replay: replay.number });
  const durationMs = Math.round(lane.clock.now() - startedAtMs);
  const told = { portalId: portal.id, at, durationMs, attempt, replay: replay.number, strand: '' };
  lane.attempts.push(...runsOf(batch.items, result).map((run) => ({ ...told, ...run })));
  const sequences = { firstSequence: firstOf(batch.items), lastSequence: batch.items.at(-1)?.sequence ?? 0 };
  lane.observer.attempted(
    work.slot.pool,
    { ...told, ...sequences, ...outcomeOf(result), accepted: takenOf(result.verdict, batch.items) },
    sizeOf(batch.items),
  );
  await settle(lane, portal, { replay, batch, verdict: result.verdict });
}

interface Answered {
  readonly replay: ReplayState;
  readonly batch: ReplayBatch;
  readonly verdict: Verdict;
}

async function settle(lane: Lane, portal: Portal, { replay, batch, verdict }: Answered): Promise<void> {
  const { replays } = lane.ports;
  const { items } = batch;
  if (verdict.kind === 'accepted') {
    const count = takenOf(verdict, items);
    const untilSequence = items[count - 1]?.sequence ?? batch.afterSequence;
    replay.failures = 0;
    replay.nextAtMs = lane.clock.now();
    replay.refusal = afterProgress(replay.refusal, untilSequence);
    return await replays.settle(portal.id, replay.number, batch, { kind: 'sent', count, untilSequence });
  }
  replay.failures += 1;
  const nowMs = lane.clock.now();
  if (verdict.kind === 'refused') {
    const sequences = items.map(({ sequence }) => sequence);
    const namedSequence = items.find(({ id }) => id === verdict.eventId)?.sequence;
    const { refusal, parks, delayMs } = afterRefusal(replay.refusal, { sequences, namedSequence }, nowMs);
    replay.refusal = refusal;
    replay.nextAtMs = nowMs + Math.round(delayMs * (1 + lane.random() / 5));
    if (parks) return await refuse(lane, portal, replay, batch);
  } else if (verdict.kind === 'unknown_key') {
    const isNews = !replay.unknownKids.has(verdict.kid) && replay.unknownKids.size < mostUnknownKids;
    if (isNews) replay.unknownKids.set(verdict.kid, nowMs + unknownKeyRetryMs);
    replay.nextAtMs = nowMs + (isNews ? 0 : unknownKeyRetryMs);
  } else {
    const afterMs = verdict.kind === 'failed' ? verdict.retryAfterMs : undefined;
    const failures = verdict.kind === 'off' ? seldom : replay.failures;
    replay.nextAtMs = nowMs + (afterMs ?? retryDelayMs(failures, lane.random()));
  }
  const { code, text } = verdict;
  await replays.settle(portal.id, replay.number, batch, { kind: 'failed', code, text });
}

/** Passes over the first event of a batch: the portal refuses it for good. */
async function refuse(lane: Lane, portal: Portal, replay: ReplayState, batch: ReplayBatch): Promise<void> {
  replay.refusal = undefined;
  replay.nextAtMs = lane.clock.now();
  const untilSequence = firstOf(batch.items);
  await lane.ports.replays.settle(portal.id, replay.number, batch, { kind: 'refused', count: 1, untilSequence });
}

type Run = Omit<DeliveryAttempt, 'portalId' | 'at' | 'durationMs' | 'attempt' | 'replay' | 'strand'>;

/** The runs of sequences without a hole: history must not say of an event between two others that it came again. Pure. */
function runsOf(items: readonly BatchItem[], result: PostResult): Run[] {
  const isTaken = result.verdict.kind === 'accepted';
  const tried = isTaken ? items.slice(0, takenOf(result.verdict, items)) : items;
  const runs: Run[] = [];
  for (const { sequence } of tried) {
    const last = runs.at(-1);
    if (last?.lastSequence === sequence - 1) {
      runs[runs.length - 1] = { ...last, lastSequence: sequence, accepted: last.accepted + (isTaken ? 1 : 0) };
    } else {
      const accepted = isTaken ? 1 : 0;
      runs.push({ firstSequence: sequence, lastSequence: sequence, ...outcomeOf(result), accepted });
    }
  }
  return runs;
}

function outcomeOf({ verdict, httpStatus, traceparent }: PostResult) {
  return { outcome: verdict.kind === 'accepted' ? 'accepted' : verdict.code, httpStatus, traceparent };
}

function takenOf(verdict: Verdict, items: readonly BatchItem[]): number {
  return verdict.kind === 'accepted' ? Math.min(verdict.count, items.length) : 0;
}

function firstOf(items: readonly BatchItem[]): number {
  return items[0]?.sequence ?? 0;
}
