import { backoffMs, pause } from './deadline.ts';
import { busVerdictOf } from './errors.ts';

/** What {@link untilAnswered} needs. */
export interface ServerWait {
  /** Ends the waiting. */
  readonly signal: AbortSignal;
  /** For so long it is tried; for ever by default. */
  readonly limitMs?: number | undefined;
  /** Hears once why it waits, not at each try. */
  readonly onWaiting?: ((error: unknown) => void) | undefined;
}

/**
 * Calls until a server answers, waiting 0.1 to 2 s after each failure: for what a start cannot do without. A service that ends
 * because a server is away for a moment is away for longer than the server. Rejects at once with an error that the next try
 * would bring again, and with the last one when the signal or the limit ends it.
 */
export async function untilAnswered<T>(call: () => Promise<T>, wait: ServerWait): Promise<T> {
  const { signal, limitMs = Number.POSITIVE_INFINITY, onWaiting } = wait;
  const endsAt = performance.now() + limitMs;
  for (let failures = 1; ; failures += 1) {
    try {
      return await call();
    } catch (error) {
      if (signal.aborted || busVerdictOf(error) !== 'wait' || performance.now() > endsAt) throw error;
      if (failures === 1) onWaiting?.(error);
    }
    await pause(backoffMs(failures, 100, 2_000, Math.random()), signal);
  }
}
