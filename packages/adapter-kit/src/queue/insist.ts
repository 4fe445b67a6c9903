import { backoffMs, LostOwnership, pause } from '@trunkline/runtime';

/** Repeats a call until it succeeds. */
export type Insist = <T>(call: () => Promise<T>) => Promise<T>;

const firstDelayMs = 100;
const longestDelayMs = 5_000;

/**
 * Makes what repeats calls to our own servers, waiting 0.1 to 5 s after each failure, until they succeed; the call has to
 * be safe to repeat. Rejects with LostOwnership when the signal aborts, because nobody knows what came after.
 */
export function insistent(signal: AbortSignal, onTrouble: (error: unknown) => void): Insist {
  return async (call) => {
    for (let failures = 1; ; failures += 1) {
      if (signal.aborted) throw new LostOwnership('the lane is over');
      try {
        return await call();
      } catch (error) {
        if (error instanceof LostOwnership) throw error;
        onTrouble(error);
      }
      await pause(backoffMs(failures, firstDelayMs, longestDelayMs, Math.random()), signal);
    }
  };
}
