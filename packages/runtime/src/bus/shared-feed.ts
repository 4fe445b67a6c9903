import type { FeedOptions, LogPort, StoredMessage } from './ports.ts';

/** What a reader may be behind the quickest one, before it reads for itself. */
const aheadMessages = 1_000;
const aheadBytes = 1024 * 1024;

/**
 * The same log, whose readers of the same subjects share one feed: the server sends, and the connection reads, each message
 * once, and all of them get the same object. Each still has its own position, and sees what it would see alone: everything
 * after it, once, in order. Nobody waits for another: who falls behind the quickest by more than a little reads for itself
 * until it has caught up, and so does who begins before the others are. Each call makes a group of its own; everything else
 * of the log stays what it was.
 */
export function shareFeeds(log: LogPort): LogPort {
  const groups = new Map<string, FeedGroup>();
  const groupOf = ({ stream, subjects }: FeedOptions): FeedGroup => {
    const name = [stream, ...subjects].join(' ');
    const group = groups.get(name) ?? createGroup(log, { stream, subjects });
    groups.set(name, group);
    return group;
  };
  return { ...log, feed: (options) => readTogether(log, groupOf(options), options) };
}

async function* readTogether(log: LogPort, group: FeedGroup, options: FeedOptions): AsyncGenerator<StoredMessage> {
  const { signal } = options;
  let after = options.afterSequence;
  for (let hasRead = false; !signal.aborted; ) {
    using seat = group.join(after, hasRead, signal);
    const messages = seat?.messages ?? log.feed({ ...options, afterSequence: after });
    for await (const message of messages) {
      after = message.sequence;
      hasRead = true;
      yield message;
      if (seat === undefined && group.isReachedBy(after)) break;
    }
  }
}

/** Those who read the same, with the one feed that they read. */
interface FeedGroup {
  /**
   * A place among those who read together; undefined while they are ahead of so far. They may be behind only of who has read
   * that far itself: that a position lies behind the end of a stream, which was lost, is seen by a feed that begins there.
   */
  join(after: number, hasRead: boolean, signal: AbortSignal): Seat | undefined;
  isReachedBy(after: number): boolean;
}

/** One reader's place in a group. Leaving the block gives it up. */
interface Seat extends Disposable {
  /** What comes after its position; ends when the reader is too far behind, or at its signal. Rejects when the feed did. */
  readonly messages: AsyncIterable<StoredMessage>;
}

/** The feed of a group while somebody reads it. */
interface Reading {
  readonly seats: Set<Waiting>;
  readonly end: AbortController;
  /** Everything up to here was handed out. */
  place: number;
  wake: () => void;
}

type What = Pick<FeedOptions, 'stream' | 'subjects'>;

function createGroup(log: LogPort, what: What): FeedGroup {
  let reading: Reading | undefined;
  /** At once, so that nobody joins what is over: whoever comes next begins where it stands. */
  const close = (closed: Reading) => {
    closed.end.abort();
    closed.wake();
    if (reading === closed) reading = undefined;
  };
  const begin = (place: number): Reading => {
    const begun: Reading = { seats: new Set(), end: new AbortController(), place, wake: () => {} };
    void read(log, what, begun, close);
    return begun;
  };
  return {
    isReachedBy: (after) => reading === undefined || after >= reading.place,
    join: (after, hasRead, signal) => {
      const mayJoin = reading === undefined || after === reading.place || (hasRead && after > reading.place);
      if (!mayJoin) return undefined;
      reading ??= begin(after);
      const own = reading;
      const seat = createWaiting(after, signal, () => own.wake());
      own.seats.add(seat);
      const leave = () => {
        seat.leave();
        own.seats.delete(seat);
        if (own.seats.size === 0) close(own);
        else own.wake();
      };
      return { messages: seat.messages(), [Symbol.dispose]: leave };
    },
  };
}

/** Reads at the pace of the quickest and hands everything to all. Never rejects: they hear what the feed rejects with. */
async function read(log: LogPort, what: What, reading: Reading, close: (reading: Reading) => void): Promise<void> {
  const { seats, end, place } = reading;
  const { signal } = end;
  try {
    for await (const message of log.feed({ ...what, afterSequence: place, signal })) {
      reading.place = message.sequence;
      for (const seat of seats) if (!seat.push(message)) seats.delete(seat);
      while (!signal.aborted && [...seats].every((seat) => !seat.hasRoom()))
        await new Promise<void>((resolve) => (reading.wake = resolve));
      if (signal.aborted) return;
    }
  } catch (error) {
    close(reading);
    for (const seat of seats) seat.fail(error);
  }
}

/** What was handed to a reader and it has not taken yet. */
interface Waiting {
  /** False when there is no room: nothing more is handed to it. */
  push(message: StoredMessage): boolean;
  hasRoom(): boolean;
  fail(error: unknown): void;
  leave(): void;
  messages(): AsyncGenerator<StoredMessage>;
}

function createWaiting(after: number, signal: AbortSignal, onTaken: () => void): Waiting {
  let queue: StoredMessage[] = [];
  let bytes = 0;
  let isOver = false;
  let failure: { readonly error: unknown } | undefined;
  let wake = () => {};
  const onAbort = () => wake();
  signal.addEventListener('abort', onAbort);
  const hasRoom = () => queue.length < aheadMessages && bytes < aheadBytes;
  const take = (): readonly StoredMessage[] => {
    const taken = queue;
    queue = [];
    bytes = 0;
    onTaken();
    return taken;
  };
  return {
    hasRoom,
    push: (message) => {
      if (message.sequence <= after) return true;
      isOver ||= !hasRoom();
      if (!isOver) {
        queue.push(message);
        bytes += message.data.length;
      }
      wake();
      return !isOver;
    },
    fail: (error) => {
      failure = { error };
      wake();
    },
    leave: () => signal.removeEventListener('abort', onAbort),
    messages: async function* () {
      while (!signal.aborted) {
        for (const message of take()) {
          if (signal.aborted) return;
          yield message;
        }
        if (queue.length > 0) continue;
        if (failure !== undefined) throw failure.error;
        if (isOver || signal.aborted) return;
        await new Promise<void>((resolve) => (wake = resolve));
      }
    },
  };
}
