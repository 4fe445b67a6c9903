import type { Position } from '@trunkline/contracts';
import type { Clock, InputItem, LogPort, StoredMessage } from './ports.ts';
import { comparePositions } from './position.ts';

/** What an intake reads. */
export interface IntakeOptions {
  readonly log: LogPort;
  readonly clock: Clock;
  readonly stream: string;
  readonly subjects: readonly string[];
  /** The first item taken is the first one after this position. */
  readonly after: Position;
  readonly unpack: (message: StoredMessage) => readonly Uint8Array[];
  readonly limits: IntakeLimits;
  readonly signal: AbortSignal;
}

/** How much one micro-batch takes, and how long it waits for more. */
export interface IntakeLimits {
  readonly items: number;
  readonly bytes: number;
  /** So many items go without waiting. */
  readonly enough: number;
  /** Longest wait for more, in milliseconds. */
  readonly lingerMs: number;
  /** What comes after a silence of so many milliseconds goes at once. */
  readonly idleMs: number;
}

/** Items waiting to be decided, in order. */
export interface Intake extends AsyncDisposable {
  /** The next micro-batch, which stays until it is dropped; empty when the time is past or the lane ends. */
  take(untilMs: number): Promise<readonly InputItem[]>;
  /** Forgets everything up to and with a position. */
  drop(through: Position): void;
}

interface Waiting {
  readonly item: InputItem;
  readonly atMs: number;
}

/** Reading ahead stops here and goes on when half of it is taken. */
const aheadItems = 2_000;
const aheadBytes = 2 * 1024 * 1024;

/** Reads a feed ahead into bounded memory and hands out micro-batches. */
export function createIntake(options: IntakeOptions): Intake {
  const { log, clock, stream, subjects, after, unpack, limits } = options;
  const end = new AbortController();
  const signal = AbortSignal.any([options.signal, end.signal]);
  const queue: Waiting[] = [];
  let queueBytes = 0;
  let idleSinceMs = Number.NEGATIVE_INFINITY;
  let failure: { readonly error: unknown } | undefined;
  let wakeTaker = () => {};
  let wakeReader = () => {};

  const hasRoom = () => queue.length < aheadItems && queueBytes < aheadBytes;
  const read = async () => {
    const afterSequence = Math.max(after.sequence - 1, 0);
    for await (const message of log.feed({ stream, subjects, afterSequence, signal })) {
      for (const item of itemsOf(message, unpack)) {
        if (comparePositions(item.position, after) <= 0) continue;
        queue.push({ item, atMs: clock.now() });
        queueBytes += item.bytes.length;
      }
      wakeTaker();
      while (!hasRoom() && !signal.aborted) await new Promise<void>((resolve) => (wakeReader = resolve));
    }
  };
  const reading = read().catch((error: unknown) => {
    failure = { error };
    wakeTaker();
  });
  const wakeAll = () => {
    wakeTaker();
    wakeReader();
  };
  signal.addEventListener('abort', wakeAll, { once: true });

  const readyAtMs = (nowMs: number): number => {
    const first = queue[0];
    if (first === undefined) return Number.POSITIVE_INFINITY;
    const isEnough = queue.length >= limits.enough || queueBytes >= limits.bytes;
    return isEnough || first.atMs - idleSinceMs >= limits.idleMs ? nowMs : first.atMs + limits.lingerMs;
  };
  const batch = (): readonly InputItem[] => {
    const taken: InputItem[] = [];
    let bytes = 0;
    for (const { item } of queue) {
      bytes += item.bytes.length;
      if (taken.length === limits.items || (taken.length > 0 && bytes > limits.bytes)) break;
      taken.push(item);
    }
    return taken;
  };
  return {
    take: async (untilMs) => {
      for (;;) {
        if (failure !== undefined) throw failure.error;
        const now = clock.now();
        const readyAt = readyAtMs(now);
        if (signal.aborted) return [];
        if (readyAt <= now) return batch();
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
      const kept = queue.findIndex(({ item }) => comparePositions(item.position, through) > 0);
      const dropped = queue.splice(0, kept === -1 ? queue.length : kept);
      for (const { item } of dropped) queueBytes -= item.bytes.length;
      if (queue.length === 0) idleSinceMs = clock.now();
      if (hasRoom()) wakeReader();
    },
    [Symbol.asyncDispose]: async () => {
      end.abort();
      await reading;
    },
  };
}

function itemsOf(message: StoredMessage, unpack: (message: StoredMessage) => readonly Uint8Array[]): InputItem[] {
  const { sequence, storedAtMs, subject } = message;
  return unpacked(message, unpack).map((bytes, index) => ({
    position: { sequence, index, output: 0 },
    bytes,
    storedAtMs,
    subject,
  }));
}

/** What cannot be unpacked is one item: whoever decides it will throw, and it is parked whole. */
function unpacked(
  message: StoredMessage,
  unpack: (message: StoredMessage) => readonly Uint8Array[],
): readonly Uint8Array[] {
  try {
    return unpack(message);
  } catch {
    return [message.data];
  }
}
