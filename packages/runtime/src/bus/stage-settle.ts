import { streams } from '@trunkline/contracts';
import { LaneAlarm, LaneEnded, LaneTakenOver } from './alarm.ts';
import { pause } from './clock.ts';
import { isTransient, patiently } from './patience.ts';
import { WrongLastSequence } from './ports.ts';
import { laterOf } from './position.ts';
import { type StageRun, waitingOf } from './stage-run.ts';
import type { StageRecord } from './stage-store.ts';

/** The stream is looked at again after a while when a publish was refused or not answered: it may be full. */
const firstDelayMs = 100;
const longestDelayMs = 2_000;

/**
 * Publishes what a record that was just stored says. Whatever happens to the publish, the same bytes are there once in the
 * end, or the lane stops.
 */
export async function publishStored<State>(run: StageRun<State>, record: StageRecord): Promise<void> {
  run.stored = record;
  await run.at?.('stage.committed');
  if (record.out !== undefined) {
    const published = await tryPublish(run, record.out, record.after, 0);
    run.revision = published ?? (await settledRevision(run, record));
  }
  await run.at?.('stage.published');
}

/**
 * Brings a record and the stream together, whoever stored it: after a take-over, and whenever a publish or a commit ended
 * without an answer. Afterwards everything that the record says is in the stream, once.
 */
export async function settle<State>(run: StageRun<State>, record: StageRecord): Promise<void> {
  run.stored = record;
  run.revision = await settledRevision(run, record);
  run.position = laterOf(run.position, record.to);
  run.decided = Math.max(run.decided, record.decided);
}

async function settledRevision<State>(run: StageRun<State>, record: StageRecord): Promise<number> {
  for (let delayMs = firstDelayMs; ; delayMs = Math.min(delayMs * 2, longestDelayMs)) {
    const last = await patiently(() => run.log.lastOf(streams.facts, run.subject), waitingOf(run));
    const revision = last?.sequence ?? 0;
    const isUntouched = revision === record.after;
    if (record.out === undefined) {
      if (isUntouched) return revision;
    } else if (isUntouched) {
      const published = await tryPublish(run, record.out, record.after, delayMs);
      if (published !== undefined) return published;
      continue;
    } else if (last !== undefined && revision > record.after && Buffer.from(record.out).equals(last.data)) {
      return revision;
    }
    await requireOwnership(run);
    const found = `${run.subject} ends at ${revision}, the stored envelope follows ${record.after}`;
    throw new LaneAlarm(revision < record.after ? 'stream_lost' : 'forked', found);
  }
}

/** The new revision; undefined, after a while, when only the stream can tell. */
async function tryPublish<State>(
  run: StageRun<State>,
  out: Uint8Array,
  after: number,
  delayMs: number,
): Promise<number | undefined> {
  try {
    return (await run.log.publish(run.subject, out, { expectLastSubjectSequence: after })).sequence;
  } catch (error) {
    if (!(error instanceof WrongLastSequence) && !isTransient(error)) throw error;
    if (run.signal.aborted) throw new LaneEnded('the lease ended');
    run.events.waiting?.({ lane: run.lane, error, delayMs });
    await pause(run.clock, delayMs, run.signal);
    return undefined;
  }
}

/** Ends the lane when its record is another owner's: what looks wrong then is that owner's work. */
export async function requireOwnership<State>(run: StageRun<State>): Promise<StageRecord> {
  const record = await patiently(() => run.claim.read(), waitingOf(run));
  if (record === undefined) throw new LaneAlarm('forked', `the record of ${run.id} is gone`);
  if (record.epoch !== run.stored.epoch) throw new LaneTakenOver('another owner took over');
  return record;
}
