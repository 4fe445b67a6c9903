import { busVerdictOf } from '../errors.ts';
import { LaneAlarm, LaneEnded } from './alarm.ts';
import { pause } from './clock.ts';
import type { Clock } from './ports.ts';

/** What waiting needs. */
export interface Waiting {
  readonly clock: Clock;
  /** Ends the waiting: the lease's. */
  readonly signal: AbortSignal;
  /** Told before each wait, with what failed. */
  readonly waiting?: ((error: unknown, delayMs: number) => void) | undefined;
}

const firstDelayMs = 100;
const longestDelayMs = 5_000;

/** True when a server is down or busy and the same call may succeed later. Pure. */
export function isTransient(error: unknown): boolean {
  return !(error instanceof LaneAlarm || error instanceof LaneEnded) && busVerdictOf(error) === 'wait';
}

/**
 * Calls until it succeeds, waiting 0.1 to 5 s after each failure of a server. Rejects at once with any other error, and
 * with {@link LaneEnded} when the signal ends it.
 */
export async function patiently<T>(call: () => Promise<T>, { clock, signal, waiting }: Waiting): Promise<T> {
  for (let delayMs = firstDelayMs; ; delayMs = Math.min(delayMs * 2, longestDelayMs)) {
    if (signal.aborted) throw new LaneEnded('the lease ended');
    try {
      return await call();
    } catch (error) {
      if (!isTransient(error)) throw error;
      waiting?.(error, delayMs);
      await pause(clock, delayMs, signal);
    }
  }
}
