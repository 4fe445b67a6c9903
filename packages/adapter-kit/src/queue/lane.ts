import { egressStream, type Position, type SendAttempt, subjects } from '@trunkline/contracts';
import type { Pace } from '@trunkline/runtime';
import {
  type LaneLease,
  type LogPort,
  type RequestGate,
  type Scheduler,
  timeLimit,
  unlessAborted,
} from '@trunkline/runtime';
import { createChannelQueue } from './channel-queue.ts';
import { createCursor } from './cursor.ts';
import type { HeldStore } from './held-store.ts';
import { type Insist, insistent } from './insist.ts';
import type { LaneCare } from './lane-care.ts';
import type { Ending, QueuedOrder } from './order.ts';
import type { Pacer } from './pacer.ts';
import { createQueues, type QueueStart, type Queues } from './queues.ts';
import { createRecorder } from './recorder.ts';
import { openSendLog, takeOver } from './send-log.ts';

/** What the lanes of one connector share. */
export interface SendLaneParts {
  readonly connector: string;
  readonly bus: LogPort;
  readonly held: HeldStore;
  readonly scheduler: Scheduler;
  readonly gate: RequestGate;
  /** Orders of a queue above its low mark that may be in memory at once; absent: 1,000. */
  readonly windowSize?: number;
  /** What a queue does with its orders. */
  readonly kindOf: (key: string) => QueueKind;
  /** Hears of every answer that failed to come and of orders that cannot be read. */
  readonly onTrouble: (error: unknown, fields: Readonly<Record<string, unknown>>) => void;
}

/** What a queue does with its orders. */
export interface QueueKind {
  readonly pacer: Pacer;
  /** How fast one conversation may go, seen from its next order. */
  readonly paceOf: (order: QueuedOrder | undefined) => Pace;
  readonly run: (order: QueuedOrder, tools: RunTools) => Promise<Ending>;
}

/** What a lane lends to whoever tries an order. */
export interface RunTools {
  /** Stores that a call may be under way; when it resolves, this instance still owned the lane. */
  readonly mark: (position: Position) => Promise<void>;
  /** Stores everything so far; when it resolves, this instance still owned the lane. */
  readonly confirm: () => Promise<void>;
  /** True if the lease was confirmed a moment ago: who cannot be harmed by a repeat need not be sure. */
  readonly isOurs: () => boolean;
  /** A try is over. */
  readonly note: (attempt: SendAttempt) => void;
  readonly insist: Insist;
}

/** Longest waits for calls that are under way when a lane is given up, and for its last record; less than a lease waits for its worker. */
const stopMs = 6_000;
const lastRecordMs = 3_000;
/** Nothing new begins under a lease that was confirmed longer ago. */
const freshMs = 2_000;
const usualWindow = 1_000;
const readAtOnce = { messages: 32, bytes: 1024 * 1024 };

/**
 * Works on the orders of one lane until its lease's signal: takes over the log, meets what was not done, does it; ends in time
 * even without the bus. Rejects with LostOwnership when another instance has taken over, or when nobody knows whether one has, and
 * with whatever else makes it impossible to go on.
 */
export async function runSendLane(
  parts: SendLaneParts,
  lease: LaneLease,
  onStarted: (queues: Queues) => void,
): Promise<void> {
  const { bus, connector, scheduler } = parts;
  const { lane } = lease;
  const over = new AbortController();
  const failed = new AbortController();
  const recordingEnd = new AbortController();
  const onTrouble = (error: unknown) => parts.onTrouble(error, { lane });
  const insist = insistent(over.signal, onTrouble);
  const watch = (running: Promise<void>) => {
    running.catch((error: unknown) => failed.abort(error));
  };
  using _ = { [Symbol.dispose]: () => over.abort() };
  const { log, checkpoint, doubtSinceMs, waiting } = await takeUp(parts, lease, { over, insist, onTrouble });

  const isOurs = () => lease.confirmedAgoMs() < freshMs;
  const make = (start: QueueStart) =>
    makeQueue(parts, start, { lane, care, doubtSinceMs, confirm: recorder.flush, isOurs, note: recorder.note });
  const queues = createQueues({ lane, checkpoint, waiting, make });
  const recorder = createRecorder(log, queues, scheduler);
  const onPoison = (place: string, error: unknown) => parts.onTrouble(error, { lane, place });
  const care: LaneCare = { scheduler, gate: parts.gate, change: recorder.change, insist, watch, onPoison };
  const recording = recorder.run(recordingEnd.signal);
  watch(recording);
  queues.start();
  onStarted(queues);
  try {
    const signal = AbortSignal.any([lease.signal, failed.signal]);
    const wanted = { stream: egressStream(connector), subjects: [subjects.allEgress(connector, lane)] };
    const feed = bus.feed({ ...wanted, afterSequence: checkpoint.lowSequence, signal });
    for await (const message of feed) queues.arrive(message);
  } finally {
    await withinLimit(stopMs, queues.stop(), failed.signal);
    recordingEnd.abort();
    await withinLimit(lastRecordMs, recording);
  }
  failed.signal.throwIfAborted();
}

/** Takes over the log and reads what waits, until the lease's signal. */
async function takeUp(
  { bus, connector, scheduler, held }: SendLaneParts,
  { lane, owner, signal }: LaneLease,
  { over, insist, onTrouble }: { over: AbortController; insist: Insist; onTrouble: (error: unknown) => void },
) {
  const abandon = () => over.abort();
  if (signal.aborted) abandon();
  signal.addEventListener('abort', abandon, { once: true });
  const log = openSendLog({ bus, connector, lane, owner, signal: over.signal, scheduler, onTrouble });
  const { checkpoint, sending } = await takeOver(log, lane, scheduler.now());
  const doubtSinceMs = scheduler.now();
  await insist(() => held.doubt(sending, doubtSinceMs));
  const waiting = await insist(() => held.conversations(lane));
  // From here on a record may outlive the lease for a moment: a late one is refused, not dangerous.
  signal.removeEventListener('abort', abandon);
  return { log, checkpoint, doubtSinceMs, waiting };
}

/** What a lane that ends still waits for, and for how long. Whatever went wrong is heard by whoever watches it. */
async function withinLimit(limitMs: number, work: Promise<void>, signal?: AbortSignal): Promise<void> {
  using limit = timeLimit(limitMs, signal);
  await unlessAborted(work, limit.signal).catch(() => {});
}

interface MakeParts {
  readonly lane: number;
  readonly care: LaneCare;
  readonly doubtSinceMs: number;
  readonly confirm: () => Promise<void>;
  readonly isOurs: () => boolean;
  readonly note: (attempt: SendAttempt) => void;
}

function makeQueue(parts: SendLaneParts, { key, stored, waiting }: QueueStart, make: MakeParts) {
  const { bus, connector, held, windowSize = usualWindow } = parts;
  const { lane, care, doubtSinceMs, confirm, note } = make;
  const kind = parts.kindOf(key);
  const cursor = createCursor(key, stored);
  const mark = async (position: Position) => {
    cursor.mark(position);
    care.change(key);
    await confirm();
  };
  const tools: RunTools = { mark, confirm, isOurs: make.isOurs, note, insist: care.insist };
  const run = (order: QueuedOrder) => kind.run(order, tools);
  const stream = egressStream(connector);
  const subject = `${subjects.egress(connector, lane, key)}`;
  const load = (after: number) =>
    care.insist(async () => {
      const found = await bus.batchOf(stream, subject, after + 1, readAtOnce);
      if (found.length > 0) return found;
      // A replica may lag: that there is nothing more, only the leader knows.
      const next = await bus.nextOf(stream, subject, after + 1);
      return next === undefined ? [] : [next];
    });
  const { pacer, paceOf } = kind;
  const work = { pacer, paceOf, run, held, care };
  return createChannelQueue({ key, lane, cursor, waiting, ...work, load, doubtSinceMs, windowSize });
}
