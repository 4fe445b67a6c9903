import { timeLimit, unlessAborted } from './deadline.ts';
import type { Logger } from './log.ts';

/** What a service holds and must release, and the loops that it runs. */
export interface Ending {
  /** Watches a loop. */
  run(name: string, loop: Promise<void>): void;
  /** Called at the end, last added first; at once if the end has come already. */
  onClose(name: string, close: () => Promise<void> | void): void;
  /** Rejects when a loop rejects before `running` has aborted; never resolves. */
  readonly failed: Promise<never>;
  /** Waits for the loops, then releases everything, each step within its limit of time. Never rejects: what goes wrong is logged. */
  end(): Promise<void>;
}

interface Step {
  readonly name: string;
  readonly close: () => Promise<void> | void;
}

const loopsLimitMs = 10_000;
const stepLimitMs = 5_000;

/** Makes the ending of one service. `running` aborts when loops are to end. */
export function createEnding(log: Logger, running: AbortSignal): Ending {
  const loops = new Map<Promise<void>, string>();
  const steps: Step[] = [];
  let hasEnded = false;
  const release = async ({ name, close }: Step) => {
    await within(stepLimitMs, Promise.resolve().then(close)).catch((error: unknown) => {
      log.warn('Part was not released cleanly', { part: name, error });
    });
  };
  const failure = Promise.withResolvers<never>();
  failure.promise.catch(() => {});
  return {
    failed: failure.promise,
    run: (name, loop) => {
      loops.set(loop, name);
      const ended = () => loops.delete(loop);
      loop.then(ended, (error: unknown) => {
        ended();
        if (running.aborted) return;
        log.error('Loop failed', { loop: name, error });
        failure.reject(error);
      });
    },
    onClose: (name, close) => {
      // Something that was still connecting when the service was stopped.
      if (hasEnded) release({ name, close }).catch(() => {});
      else steps.push({ name, close });
    },
    end: async () => {
      const left = () => [...loops.values()];
      await within(loopsLimitMs, Promise.allSettled(loops.keys())).catch(() => {
        log.warn('Loops did not end in time', { loops: left() });
      });
      hasEnded = true;
      for (const step of steps.toReversed()) await release(step);
    },
  };
}

async function within(limitMs: number, work: Promise<unknown>): Promise<void> {
  using limit = timeLimit(limitMs);
  await unlessAborted(work, limit.signal);
}
