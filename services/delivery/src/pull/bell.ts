import { timeLimit } from '@trunkline/runtime';

/** Wakes one waiter; what rings while nobody waits is kept. */
export interface Bell {
  ring(): void;
  /** Ends when it rang since the last wait, after so long, or when the signal aborts. Never rejects. */
  wait(limitMs: number, signal: AbortSignal): Promise<void>;
}

/** Makes a bell. */
export function createBell(): Bell {
  let hasRung = false;
  let wake = () => {};
  return {
    ring: () => {
      hasRung = true;
      wake();
    },
    wait: async (limitMs, signal) => {
      if (!hasRung) {
        using limit = timeLimit(limitMs, signal);
        await new Promise<void>((resolve) => {
          wake = resolve;
          if (limit.signal.aborted) resolve();
          else limit.signal.addEventListener('abort', () => resolve(), { once: true });
        });
        wake = () => {};
      }
      hasRung = false;
    },
  };
}
