import { LaneAlarm } from '../alarm.ts';
import { machineClock, pause } from '../clock.ts';
import { type Clock, type LogPort, type StoredMessage, WrongLastSequence } from '../ports.ts';

/** What every record of a fenced log carries. */
export interface FencedRecord {
  /** Instance that wrote it. */
  readonly owner: string;
  /** Grows with every take-over. */
  readonly epoch: number;
  /** True if it tells everything by itself; false: it tells what changed since the record before. */
  readonly isFull: boolean;
  /** Sequence of the last full record; 0 in a full one. */
  readonly fullSequence: number;
}

/** A record without what the log itself writes into it. */
export type RecordBody<R extends FencedRecord> = Omit<R, keyof FencedRecord>;

/** Turns records into bytes and back. Pure. */
export interface RecordCodec<R extends FencedRecord> {
  encode(record: RecordBody<R> & FencedRecord): Uint8Array;
  /** May throw a {@link LaneAlarm} of its own; whatever else it throws makes the record one that cannot be read. */
  decode(bytes: Uint8Array): R;
}

/** Where the log is and who writes it. */
export interface FencedLogOptions<R extends FencedRecord> {
  readonly log: LogPort;
  readonly stream: string;
  /** Literal: it alone is expected on. */
  readonly subject: string;
  /** Id of this instance: unique among all that run. */
  readonly owner: string;
  readonly codec: RecordCodec<R>;
  /** Ends every wait: {@link LostOwnership} is thrown then too, because nobody knows what came after. */
  readonly signal: AbortSignal;
  /** Drives the waits between tries. */
  readonly scheduler?: Pick<Clock, 'after'>;
  /** Hears of every answer that failed to come: it will be tried again. */
  readonly onTrouble?: (error: unknown) => void;
}

/**
 * A log of attempts and checkpoints on one subject with one writer at a time. Whoever takes over writes its own id and the
 * next epoch, expecting the last record: from then on whatever the former owner writes is refused. One call at a time.
 */
export interface FencedLog<R extends FencedRecord> {
  /**
   * Reads every record since and with the last full one (none when the log is empty), and writes the full record that
   * `build` makes of them. Called once, before any append. Throws {@link LostOwnership} when another took over meanwhile, and
   * {@link LaneAlarm} when records are missing or cannot be decoded.
   */
  takeOver(build: (sinceFull: readonly R[]) => RecordBody<R>): Promise<void>;
  /** Stores a record; returns when it is certainly stored. Throws {@link LostOwnership} when another has taken over. */
  append(body: RecordBody<R>, kind?: { readonly isFull: boolean }): Promise<void>;
  /** Epoch of this owner; 0 before {@link takeOver}. */
  readonly epoch: number;
  /** Sequence of the last record; 0 before {@link takeOver}. */
  readonly sequence: number;
}

/** Another instance owns the log: stop at once, whatever was not recorded is done again by it. */
export class LostOwnership extends Error {
  override readonly name = 'LostOwnership';
}

const firstDelayMs = 100;
/** Short: a lane that ends has seconds for its last record. */
const longestDelayMs = 500;
const readAtOnce = { messages: 256, bytes: 4 * 1024 * 1024 };

/** Opens a fenced log. Does nothing until {@link FencedLog.takeOver}. */
export function openFencedLog<R extends FencedRecord>(options: FencedLogOptions<R>): FencedLog<R> {
  const { log, stream, subject, owner, codec, signal } = options;
  const clock = options.scheduler ?? machineClock;
  const state = { epoch: 0, sequence: 0, fullSequence: 0 };

  const ask = asking(options, clock);
  const last = () => ask(() => log.lastOf(stream, subject));

  /** Stores what expects `expected`: a repeat of it after a lost answer is refused by the server, and found by this. */
  const write = async (record: RecordBody<R> & FencedRecord, expected: number): Promise<number | undefined> => {
    const data = codec.encode(record);
    for (let delayMs = firstDelayMs; ; delayMs = Math.min(delayMs * 2, longestDelayMs)) {
      if (signal.aborted) throw new LostOwnership(`stopped while ${subject} was written`);
      const sequence = await publish(options, data, expected);
      if (typeof sequence === 'number') return sequence;
      const found = await last();
      if ((found?.sequence ?? 0) > expected && found !== undefined) {
        const { owner: itsOwner, epoch: itsEpoch } = codec.decode(found.data);
        return itsOwner === owner && itsEpoch === record.epoch ? found.sequence : undefined;
      }
      await pause(clock, delayMs, signal);
    }
  };

  return {
    get epoch() {
      return state.epoch;
    },
    get sequence() {
      return state.sequence;
    },
    takeOver: async (build) => {
      for (;;) {
        const head = await last();
        const sinceFull = head === undefined ? [] : await sinceFullOf(options, head, ask);
        const epoch = (sinceFull.at(-1)?.epoch ?? 0) + 1;
        if (state.epoch > 0 && epoch > state.epoch) throw new LostOwnership(`${subject} has the epoch ${epoch - 1}`);
        const stamp = { owner, epoch, isFull: true, fullSequence: 0 };
        const sequence = await write({ ...build(sinceFull), ...stamp }, head?.sequence ?? 0);
        state.epoch = epoch;
        if (sequence === undefined) continue; // The former owner wrote once more: read again, or another was faster.
        state.sequence = sequence;
        state.fullSequence = sequence;
        return;
      }
    },
    append: async (body, kind) => {
      const isFull = kind?.isFull ?? false;
      const stamp = { owner, epoch: state.epoch, isFull, fullSequence: isFull ? 0 : state.fullSequence };
      const sequence = await write({ ...body, ...stamp }, state.sequence);
      if (sequence === undefined) throw new LostOwnership(`${subject} has another owner`);
      state.sequence = sequence;
      if (isFull) state.fullSequence = sequence;
    },
  };
}

/** Its sequence; 'refused' where something else stands already, 'unanswered' where nobody knows. */
async function publish(
  { log, subject, onTrouble }: Pick<FencedLogOptions<never>, 'log' | 'subject' | 'onTrouble'>,
  data: Uint8Array,
  expected: number,
): Promise<number | 'refused' | 'unanswered'> {
  try {
    return (await log.publish(subject, data, { expectLastSubjectSequence: expected })).sequence;
  } catch (error) {
    onTrouble?.(error);
    return error instanceof WrongLastSequence ? 'refused' : 'unanswered';
  }
}

type Ask = <T>(question: () => Promise<T>) => Promise<T>;

/** Asks until the server answers. */
function asking(
  { subject, signal, onTrouble }: Pick<FencedLogOptions<never>, 'subject' | 'signal' | 'onTrouble'>,
  clock: Parameters<typeof pause>[0],
): Ask {
  return async (question) => {
    for (let delayMs = firstDelayMs; ; delayMs = Math.min(delayMs * 2, longestDelayMs)) {
      if (signal.aborted) throw new LostOwnership(`stopped while ${subject} was read`);
      try {
        return await question();
      } catch (error) {
        onTrouble?.(error);
        await pause(clock, delayMs, signal);
      }
    }
  };
}

type Place<R extends FencedRecord> = Pick<FencedLogOptions<R>, 'log' | 'stream' | 'subject' | 'codec'>;

/**
 * Reads every record since and with the last full one, for whoever asks how far a lane is; none when the log is empty.
 * Rejects with `unavailable` when the bus does not answer, and with {@link LaneAlarm} when records are missing.
 */
export async function readFencedLog<R extends FencedRecord>(place: Place<R>): Promise<R[]> {
  const head = await place.log.lastOf(place.stream, place.subject);
  return head === undefined ? [] : await sinceFullOf(place, head, (question) => question());
}

/** Every record from the last full one to `head`, as the server holds them. */
async function sinceFullOf<R extends FencedRecord>(
  { log, stream, subject, codec }: Place<R>,
  head: StoredMessage,
  ask: Ask,
): Promise<R[]> {
  const newest = decode(codec, head);
  if (newest.isFull) return [newest];
  const records: R[] = [];
  let from = newest.fullSequence;
  while (from < head.sequence) {
    const start = from;
    const batch = await ask(() => log.batchOf(stream, subject, start, readAtOnce));
    // A lagging replica may answer with nothing: then the leader is asked for the next one.
    const next = batch.length > 0 ? batch : [await ask(() => log.nextOf(stream, subject, start))];
    for (const message of next) {
      if (message === undefined) throw new LaneAlarm('forked', `${subject} ends before its last record`);
      if (message.sequence < head.sequence) records.push(decode(codec, message));
      from = message.sequence + 1;
    }
  }
  if (records[0]?.isFull !== true)
    throw new LaneAlarm('forked', `${subject} has no full record at ${newest.fullSequence}`);
  return [...records, newest];
}

function decode<R extends FencedRecord>(codec: RecordCodec<R>, message: StoredMessage): R {
  try {
    return codec.decode(message.data);
  } catch (cause) {
    if (cause instanceof LaneAlarm) throw cause;
    throw new LaneAlarm('forked', `record ${message.sequence} of ${message.subject} cannot be read`, cause);
  }
}
