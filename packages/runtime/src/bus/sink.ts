import { backoffMs, pause } from '../deadline.ts';
import { type BatchLimits, batchesOf } from './batches.ts';
import { machineClock } from './clock.ts';
import { type Cursor, openCursor } from './cursor.ts';
import { isTransient, patiently } from './patience.ts';
import type { LogPort, StoredMessage } from './ports.ts';

/** What {@link runSink} wants. */
export interface SinkOptions {
  readonly bus: LogPort;
  /** `<service>.<what>`: names its position in CURSORS. */
  readonly name: string;
  readonly lane: number;
  readonly stream: string;
  readonly subjects: readonly string[];
  /**
   * Takes messages over, in order, and resolves once that is safe; the same ones may come again after a crash, so it writes
   * by (stream, sequence, index). What it rejects with is tried again for ever, unless {@link SinkOptions.park} takes it.
   */
  readonly handle: (batch: readonly StoredMessage[]) => Promise<void>;
  /** Takes a message that cannot be handled, so that the lane goes on; called with one that failed alone and not for a server. */
  readonly park?: (message: StoredMessage, error: unknown) => Promise<void>;
  readonly signal: AbortSignal;
  readonly limits?: Partial<BatchLimits>;
  /** Hears of everything that will be tried again, and of what was parked. */
  readonly onTrouble?: (error: unknown) => void;
}

const standard: BatchLimits = { items: 500, bytes: 4 * 1024 ** 2, lingerMs: 50 };
const saveEveryMs = 1_000;

/**
 * A sink: takes the messages of one lane over, at least once and in order, until the signal. The position is stored after
 * the handler has resolved, at most once a second. Rejects with the alarm `stream_lost` only.
 */
export async function runSink(options: SinkOptions): Promise<void> {
  const { bus, name, lane, stream, subjects, signal, onTrouble } = options;
  const waiting = { clock: machineClock, signal, waiting: onTrouble };
  const cursor = await patiently(() => openCursor(bus, name, lane), waiting).catch((error: unknown) => {
    if (!signal.aborted) throw error;
  });
  if (cursor === undefined) return;
  const left = new AbortController();
  const feed = bus.feed({
    stream,
    subjects,
    afterSequence: cursor.sequence,
    signal: AbortSignal.any([signal, left.signal]),
  });
  const saving = saveAgainAndAgain(cursor, left.signal, onTrouble);
  try {
    for await (const batch of batchesOf(feed, ({ data }) => data.length, { ...standard, ...options.limits })) {
      await handleAll(options, batch);
      if (signal.aborted) return;
      cursor.advance(batch.at(-1)?.sequence ?? 0);
    }
  } finally {
    left.abort();
    await saving;
  }
}

/** Beside the work, so that a quiet lane's position is stored too; the last time when the sink ends. */
async function saveAgainAndAgain(
  cursor: Cursor,
  signal: AbortSignal,
  onTrouble?: (error: unknown) => void,
): Promise<void> {
  for (let isLast = false; !isLast; ) {
    await pause(saveEveryMs, signal);
    isLast = signal.aborted;
    await cursor.save().catch((error: unknown) => onTrouble?.(error));
  }
}

/** Resolves when all are handled or parked, or when the signal ends it. */
async function handleAll(options: SinkOptions, batch: readonly StoredMessage[]): Promise<void> {
  const { handle, park, signal, onTrouble } = options;
  for (let failures = 1; !signal.aborted; failures += 1) {
    try {
      return await handle(batch);
    } catch (error) {
      onTrouble?.(error);
      const [first, ...others] = batch;
      const isPoison = park !== undefined && first !== undefined && !isTransient(error);
      if (isPoison && others.length === 0) return await parkPatiently(options, first, error);
      if (isPoison) {
        for (const message of batch) await handleAll(options, [message]);
        return;
      }
    }
    await pause(backoffMs(failures, 100, 5_000, Math.random()), signal);
  }
}

async function parkPatiently({ park, signal, onTrouble }: SinkOptions, message: StoredMessage, why: unknown) {
  for (let failures = 1; !signal.aborted; failures += 1) {
    try {
      return await park?.(message, why);
    } catch (error) {
      onTrouble?.(error);
    }
    await pause(backoffMs(failures, 100, 5_000, Math.random()), signal);
  }
}
