import type { ChannelCursor, SendAttempt, SendRecord } from '@trunkline/contracts';
import { LostOwnership, type RecordBody, type Scheduler } from '@trunkline/runtime';
import type { SendLog } from './send-log.ts';

/** Writes the records of a lane: what many ask for at once goes as one. */
export interface Recorder {
  /** A try is over. It stands in the next record. */
  note(attempt: SendAttempt): void;
  /** A queue's cursor changed. It stands in the next record, at most a quarter of a second later. */
  change(queue: string): void;
  /** Stores everything that changed so far. Rejects with LostOwnership when another owns the lane, or nobody writes. */
  flush(): Promise<void>;
  /** Writes until the signal, then once more; rejects with LostOwnership when another owns the lane. */
  run(signal: AbortSignal): Promise<void>;
}

/** What a record is made of. */
export interface RecordSource {
  readonly lane: number;
  /** Cursor of a queue as it is now. */
  readonly cursorOf: (queue: string) => ChannelCursor | undefined;
  /** Names of all queues. */
  readonly queues: () => Iterable<string>;
  /** Everything up to here is done, by every queue. */
  readonly lowSequence: () => number;
}

const longestWaitMs = 250;
const fullEveryMs = 30_000;
/** More than these go in the next record, so that none is larger than the bus allows. */
const mostAttempts = 500;

/** Makes the recorder of a lane whose log was taken over. */
export function createRecorder(log: SendLog, source: RecordSource, scheduler: Scheduler): Recorder {
  const attempts: SendAttempt[] = [];
  const changed = new Set<string>();
  const waiters: PromiseWithResolvers<void>[] = [];
  let ended: unknown;
  let fullAtMs = scheduler.now() + fullEveryMs;

  const append = async () => {
    const isFull = scheduler.now() >= fullAtMs;
    const asking = waiters.splice(0);
    const noted = attempts.splice(0, mostAttempts);
    const queues = isFull ? [...source.queues()] : [...changed];
    changed.clear();
    try {
      await log.append(bodyOf(source, noted, queues, scheduler.now()), { isFull });
      if (isFull) fullAtMs = scheduler.now() + fullEveryMs;
      for (const waiter of asking) waiter.resolve();
    } catch (error) {
      waiters.unshift(...asking);
      throw error;
    }
  };
  const isAsked = () => waiters.length > 0 || changed.size > 0 || attempts.length > 0;
  const rest = createRest(scheduler, { isAsked, isHurried: () => waiters.length > 0 });
  const end = (reason: unknown) => {
    ended = reason;
    for (const waiter of waiters.splice(0)) waiter.reject(reason);
  };

  return {
    note: (attempt) => {
      attempts.push(attempt);
      rest.stir();
    },
    change: (queue) => {
      changed.add(queue);
      rest.stir();
    },
    flush: () => {
      if (ended !== undefined) return Promise.reject(ended);
      const waiter = Promise.withResolvers<void>();
      waiters.push(waiter);
      rest.hurry();
      return waiter.promise;
    },
    run: async (signal) => {
      try {
        while (!signal.aborted) {
          await rest.untilDue(signal);
          if (isAsked()) await append();
        }
        while (isAsked()) await append();
        end(new LostOwnership('the lane was given up'));
      } catch (error) {
        end(error);
        throw error;
      }
    },
  };
}

function bodyOf(
  source: RecordSource,
  attempts: SendAttempt[],
  queues: readonly string[],
  nowMs: number,
): RecordBody<SendRecord> {
  const cursors = queues.map(source.cursorOf).filter((cursor) => cursor !== undefined);
  return { lane: source.lane, attempts, cursors, at: new Date(nowMs), lowSequence: source.lowSequence() };
}

/**
 * How a recorder waits for its next record. Nothing ticks while there is nothing to write: the quarter of a second begins with
 * what is to be written.
 */
function createRest(scheduler: Scheduler, is: { readonly isAsked: () => boolean; readonly isHurried: () => boolean }) {
  let stir = () => {};
  let hurry = () => {};
  return {
    /** There is something to write. */
    stir: () => stir(),
    /** It is wanted at once. */
    hurry: () => {
      stir();
      hurry();
    },
    untilDue: async (signal: AbortSignal) => {
      if (!is.isAsked()) await untilWoken(signal, (wake) => (stir = wake));
      if (is.isHurried()) return;
      let cancel = () => {};
      await untilWoken(signal, (wake) => {
        hurry = wake;
        cancel = scheduler.after(longestWaitMs, wake);
      });
      cancel();
    },
  };
}

/** Resolves when somebody calls what `onRest` is given, or when the signal aborts. */
async function untilWoken(signal: AbortSignal, onRest: (wake: () => void) => void): Promise<void> {
  if (signal.aborted) return;
  const { promise, resolve } = Promise.withResolvers<void>();
  const wake = () => resolve();
  signal.addEventListener('abort', wake, { once: true });
  onRest(wake);
  await promise;
  signal.removeEventListener('abort', wake);
}
