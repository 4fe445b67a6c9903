import type { Position } from '@trunkline/contracts';
import { type BatchRules, createItemQueue } from './item-queue.ts';
import type { Clock, InputItem, LogPort, StoredMessage } from './ports.ts';
import { comparePositions } from './position.ts';

/** Items of a message. */
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
   * The next micro-batch, which stays until it is dropped; empty when the time is past or the lane ends. Rejects when the
   * feed did.
   */
  take(untilMs: number): Promise<readonly InputItem[]>;
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
  let wakeTaker = () => {};
  let wakeReader = () => {};
  signal.addEventListener('abort', () => {
    wakeTaker();
    wakeReader();
  });
  const read = async () => {
    for await (const items of itemsFrom({ ...options, signal })) {
      for (const item of items) queue.push(item, clock.now());
      wakeTaker();
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
        if (untilMs <= now) return [];
        const { promise, resolve } = Promise.withResolvers<void>();
        wakeTaker = resolve;
        const wakeAt = Math.min(readyAt, untilMs);
        const cancel = wakeAt === Number.POSITIVE_INFINITY ? () => {} : clock.after(wakeAt - now, resolve);
        await promise;
        cancel();
      }
    },
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
}: IntakeOptions): AsyncGenerator<InputItem[]> {
  const afterSequence = Math.max(after.sequence - 1, 0);
  for await (const message of log.feed({ stream, subjects, afterSequence, signal })) {
    const items = itemsOf(message, unpack);
    yield message.sequence > after.sequence
      ? items
      : items.filter(({ position }) => comparePositions(position, after) > 0);
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
