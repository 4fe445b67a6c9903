import type { StoredMessage } from '@trunkline/runtime';

/** What of a queue's stream is in memory: as much as there is room for; the rest is read again from the stream. */
export interface Backlog {
  /** The feed brought a message of the queue. */
  arrive(message: StoredMessage): void;
  /** There may be room again. */
  refill(): void;
  /** Sequence of the last message in memory or before; undefined when nothing waits in the stream. */
  readonly readThrough: number | undefined;
}

/** What {@link createBacklog} wants. */
export interface BacklogOptions {
  /** True if one more message may be taken. */
  readonly hasRoom: () => boolean;
  readonly take: (message: StoredMessage) => void;
  /** The next messages of the queue after a sequence; none only if the leader says so. Repeats until it is answered. */
  readonly load: (afterSequence: number) => Promise<readonly StoredMessage[]>;
  /** Watches what runs by itself. */
  readonly watch: (running: Promise<void>) => void;
}

/** Makes the backlog of a queue. Memory stays bounded however much waits, and the feed never stops for it. */
export function createBacklog({ hasRoom, take, load, watch }: BacklogOptions): Backlog {
  let readThrough = 0;
  let seenThrough = 0;
  let isReading = false;

  const takeNew = (message: StoredMessage) => {
    if (message.sequence <= readThrough) return;
    readThrough = message.sequence;
    take(message);
  };

  /** Whatever the feed shows meanwhile moves `seenThrough`, so nothing falls between the two ways of reading. */
  const read = async () => {
    isReading = true;
    try {
      while (readThrough < seenThrough && hasRoom()) {
        const messages = await load(readThrough);
        if (messages.length === 0) readThrough = seenThrough;
        for (const message of messages) takeNew(message);
      }
    } finally {
      isReading = false; // In the same turn as the last look at the room: later, a refill could find it still reading.
    }
  };

  const refill = () => {
    if (isReading || readThrough >= seenThrough || !hasRoom()) return;
    watch(read());
  };

  return {
    get readThrough() {
      return readThrough < seenThrough ? readThrough : undefined;
    },
    refill,
    arrive: (message) => {
      const isBehind = readThrough < seenThrough;
      seenThrough = Math.max(seenThrough, message.sequence);
      if (isBehind || !hasRoom()) return refill();
      takeNew(message);
    },
  };
}
