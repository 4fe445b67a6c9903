import type { Position } from '@trunkline/contracts';
import { type BatchRules, createItemQueue } from './item-queue.ts';
import type { Clock, InputItem, LogPort, StoredMessage } from './ports.ts';
import { comparePositions, start } from './position.ts';

/** Items of a message; none where nothing of it is for this reader. */
type Unpack = (message: StoredMessage) => readonly Uint8Array[];

/** What an intake reads. */
export interface IntakeOptions {
  readonly log: LogPort;
  readonly clock: Clock;
  readonly stream: string;
  readonly subjects: readonly string[];
  /** The first item taken is the first one after this position. */
  readonly after: Position;
  readonly unpack: Unpack;
  readonly rules: BatchRules;
  readonly signal: AbortSignal;
}

/** Items waiting to be decided, in order. */
export interface Intake extends AsyncDisposable {
  /**
   * The next micro-batch, which stays until it is dropped; empty when the time is past, the lane ends, or, where the time is
   * infinite, something was stepped over. Rejects when the feed did.
   */
  take(untilMs: number): Promise<readonly InputItem[]>;
  /** Up to where there was nothing for this reader, if nothing waits any more; else the beginning. */
  steppedOver(): Position;
  /** Forgets everything up to and with a position. */
  drop(through: Position): void;
}

/** Reads a feed ahead into bounded memory and hands out micro-batches. */
export function createIntake(options: IntakeOptions): Intake {
  const { clock } = options;
  const end = new AbortController();
  const signal = AbortSignal.any([options.signal, end.signal]);
  const queue = createItemQueue(options.rules);
  let failure: { readonly error: unknown } | undefined;
  let stepped = start;
  /** Something was stepped over, and who waits without end has not heard of it. */
  let isNews = false;
  let waitsWithoutEnd = false;
  let wakeTaker = () => {};
  let wakeReader = () => {};
  signal.addEventListener('abort', () => {
    wakeTaker();
    wakeReader();
  });
  const read = async () => {
    for await (const { sequence, items } of itemsFrom({ ...options, signal })) {
      for (const item of items) queue.push(item, clock.now());
      if (items.length === 0) {
        stepped = { sequence, index: 0, output: 0 };
        isNews = true;
      }
      if (items.length > 0 || waitsWithoutEnd) wakeTaker();
      while (!queue.hasRoom() && !signal.aborted) await new Promise<void>((resolve) => (wakeReader = resolve));
    }
  };
  const reading = read().catch((error: unknown) => {
    failure = { error };
    wakeTaker();
  });
  return {
    take: async (untilMs) => {
      for (;;) {
        if (failure !== undefined) throw failure.error;
        const now = clock.now();
        const readyAt = queue.readyAtMs(now);
        if (signal.aborted) return [];
        if (readyAt <= now) return queue.batch();
        waitsWithoutEnd = untilMs === Number.POSITIVE_INFINITY;
        if (untilMs <= now || (waitsWithoutEnd && isNews)) {
          isNews = false;
          return [];
        }
        const { promise, resolve } = Promise.withResolvers<void>();
        wakeTaker = resolve;
        const wakeAt = Math.min(readyAt, untilMs);
        const cancel = wakeAt === Number.POSITIVE_INFINITY ? () => {} : clock.after(wakeAt - now, resolve);
        await promise;
        cancel();
      }
    },
    steppedOver: () => (queue.isEmpty() ? stepped : start),
    drop: (through) => {
      queue.drop(through, clock.now());
      if (queue.hasRoom()) wakeReader();
    },
    [Symbol.asyncDispose]: async () => {
      end.abort();
      await reading;
    },
  };
}

/** The items of each message after the position, which may lie inside the first one. */
async function* itemsFrom({
  log,
  stream,
  subjects,
  after,
  unpack,
  signal,
}: IntakeOptions): AsyncGenerator<{ readonly sequence: number; readonly items: readonly InputItem[] }> {
  const afterSequence = Math.max(after.sequence - 1, 0);
  for await (const message of log.feed({ stream, subjects, afterSequence, signal })) {
    const { sequence } = message;
    const items = itemsOf(message, unpack);
    const isBehind = sequence <= after.sequence;
    yield { sequence, items: isBehind ? items.filter(({ position }) => comparePositions(position, after) > 0) : items };
  }
}

function itemsOf(message: StoredMessage, unpack: Unpack): InputItem[] {
  const { sequence, storedAtMs, subject } = message;
  return unpacked(message, unpack).map((bytes, index) => ({
    position: { sequence, index, output: 0 },
    bytes,
    storedAtMs,
    subject,
  }));
}

/** What cannot be unpacked is one item: whoever decides it will throw, and it is parked whole. */
function unpacked(message: StoredMessage, unpack: Unpack): readonly Uint8Array[] {
  try {
    return unpack(message);
  } catch {
    return [message.data];
  }
}
