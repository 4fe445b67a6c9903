import { DeliveryRecord, type PortalCursor, streams, subjects } from '@trunkline/contracts';
import { LaneAlarm } from '../alarm.ts';
import { pause } from '../clock.ts';
import type { LogPort } from '../ports.ts';
import { type FencedLog, type RecordBody, type RecordCodec, readFencedLog } from './fenced-log.ts';
import { recordedChanges } from './portal-change.ts';
import { cursorOf } from './portal-cursor.ts';
import type { Lane } from './portal-lane.ts';
import { recordedPulled } from './portal-pulled.ts';
import { wholeOf } from './portal-strand.ts';

const recordEveryMs = 250;
const fullEveryMs = 30_000;
/** Beyond so many cursors, each strand's among them, a record holds none of the texts: it must fit into one message of the bus. */
const textsLimit = 2_000;

/** What the records since the last full one say together. Pure. */
export interface Recorded {
  /** The instance that wrote last; empty when nothing was written. */
  readonly owner: string;
  readonly cursors: readonly PortalCursor[];
  readonly lowSequence: number;
  readonly feedSequence: number;
}

/** Joins records, the last full one first. Pure. */
export function joined(records: readonly DeliveryRecord[]): Recorded {
  const cursors = new Map<string, PortalCursor>();
  for (const record of records) for (const cursor of record.cursors) cursors.set(cursor.portalId, cursor);
  const newest = records.at(-1);
  return {
    owner: newest?.owner ?? '',
    cursors: [...cursors.values()],
    lowSequence: newest?.lowSequence ?? 0,
    feedSequence: newest?.feedSequence ?? 0,
  };
}

/**
 * Written into each record, and the highest that is understood. Raised with whatever a former version would go on from wrongly, as
 * one without strands would from a parallel portal's place. 1: strands.
 */
export const recordFormat = 1;

const codec: RecordCodec<DeliveryRecord> = {
  encode: (record) => DeliveryRecord.encode(record).finish(),
  decode: (bytes) => {
    const record = DeliveryRecord.decode(bytes);
    if (record.format <= recordFormat) return record;
    throw new LaneAlarm(
      'newer_format',
      `lane ${record.lane} was worked by ${record.owner}, a newer version: its records have the format ${record.format}, known here are those up to ${recordFormat}`,
    );
  },
};

/** Where a lane's records are. */
export function recordsAt(log: LogPort, lane: number) {
  return { log, stream: streams.deliveries, subject: subjects.deliveries(lane), codec };
}

/**
 * What a lane has recorded until now, at most a quarter of a second behind its owner; for whoever answers questions, on any
 * instance. Rejects with `unavailable` when the bus does not answer.
 */
export async function readRecorded(log: LogPort, lane: number): Promise<Recorded> {
  return joined(await readFencedLog(recordsAt(log, lane)));
}

/** Stores what changed every 250 ms, everything each 30 s, one record at a time, until the signal. Rejects when the lane is another's. */
export async function keepRecording(lane: Lane, record: FencedLog<DeliveryRecord>, signal: AbortSignal): Promise<void> {
  let fullAtMs = lane.clock.now();
  let recordedFeed = lane.feedSequence;
  while (!signal.aborted) {
    await pause(lane.clock, recordEveryMs, signal);
    const isFull = lane.clock.now() - fullAtMs >= fullEveryMs && recordedFeed !== lane.feedSequence;
    if (signal.aborted || !(isFull || hasNews(lane))) continue;
    await recordNow(lane, record, isFull);
    recordedFeed = lane.feedSequence;
    if (isFull) fullAtMs = lane.clock.now();
  }
}

/** True if something is not recorded yet. */
export function hasNews(lane: Lane): boolean {
  return lane.changed.size > 0 || lane.attempts.length > 0;
}

/** Stores one record of what is true now. What changes while it is under way belongs to the next one. */
export async function recordNow(lane: Lane, record: FencedLog<DeliveryRecord>, isFull: boolean): Promise<void> {
  const portals = isFull ? [...lane.portals.values()] : [...new Set([...lane.changed].map(wholeOf))];
  const body = bodyOf(
    lane,
    portals.map((portal) => cursorOf(portal, lane.clock)),
  );
  const onRecorded = recordedChanges(lane, portals);
  const { pulled } = lane;
  lane.changed.clear();
  lane.attempts = [];
  lane.pulled = [];
  await record.append(body, { isFull });
  onRecorded();
  recordedPulled(lane, pulled);
}

/** The record of what is true now. */
function bodyOf(lane: Lane, cursors: PortalCursor[]): RecordBody<DeliveryRecord> {
  const feedSequence = feedSequenceOf(lane);
  return {
    ...{ lane: lane.lane, format: recordFormat },
    attempts: lane.attempts,
    cursors: queuesIn(cursors) > textsLimit ? cursors.map(withoutTexts) : cursors,
    at: new Date(lane.clock.wallMs()),
    lowSequence: lowSequenceOf(lane, feedSequence),
    feedSequence,
  };
}

function queuesIn(cursors: readonly PortalCursor[]): number {
  return cursors.reduce((sum, { strands }) => sum + 1 + strands.length, 0);
}

function withoutTexts(cursor: PortalCursor): PortalCursor {
  const strands = cursor.strands.map((strand) => ({ ...strand, lastErrorText: '' }));
  return { ...cursor, lastErrorText: '', strands };
}

/** Where a new owner reads the lane on: behind it nothing waits for a live portal. */
function feedSequenceOf(lane: Lane): number {
  let sequence = lane.feedSequence;
  for (const portal of lane.waiting) sequence = Math.min(sequence, portal.outboxSequence);
  return sequence;
}

/** Behind it nothing waits at all. */
function lowSequenceOf(lane: Lane, feedSequence: number): number {
  let sequence = feedSequence;
  for (const portal of lane.behind) {
    sequence = Math.min(sequence, Math.max(portal.outboxSequence, portal.clearSequence));
  }
  return sequence;
}
