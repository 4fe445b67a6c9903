import { setTimeout as sleep } from 'node:timers/promises';
import { TrunklineError } from './errors.ts';

/** A signal with an end of its own. Disposing forgets its timer and its listeners. */
export interface TimeLimit extends Disposable {
  readonly signal: AbortSignal;
}

/**
 * A signal that aborts when any of the given ones does, or after so many milliseconds with `deadline_exceeded`. To be
 * disposed when what it limits is over, so that long-lived signals keep nothing of it.
 */
export function timeLimit(limitMs: number | undefined, ...signals: readonly (AbortSignal | undefined)[]): TimeLimit {
  const controller = new AbortController();
  const given = signals.filter((signal) => signal !== undefined);
  const listeners = given.map((signal) => {
    const listener = () => controller.abort(signal.reason);
    if (signal.aborted) listener();
    else signal.addEventListener('abort', listener, { once: true });
    return () => signal.removeEventListener('abort', listener);
  });
  const timer =
    limitMs === undefined
      ? undefined
      : setTimeout(
          () => controller.abort(new TrunklineError('deadline_exceeded', `not done in ${limitMs} ms`)),
          limitMs,
        );
  return {
    signal: controller.signal,
    [Symbol.dispose]: () => {
      clearTimeout(timer);
      for (const forget of listeners) forget();
    },
  };
}

/** What a promise gives, or a rejection with the signal's reason as soon as it aborts; the promise itself goes on unheard. */
export async function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  let forget = () => {};
  const aborted = new Promise<never>((_, reject) => {
    const listener = () => reject(signal.reason);
    if (signal.aborted) return listener();
    signal.addEventListener('abort', listener, { once: true });
    forget = () => signal.removeEventListener('abort', listener);
  });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    forget();
  }
}

/** Waits; ends at once, without an error, when the signal aborts. */
export async function pause(delayMs: number, signal: AbortSignal): Promise<void> {
  await sleep(delayMs, undefined, { signal }).catch(() => {});
}

/** Delay before the try after so many failures: doubles from the first to the last, ±20% by `random` (0 to 1). Pure. */
export function backoffMs(failures: number, firstMs: number, lastMs: number, random: number): number {
  const full = Math.min(firstMs * 2 ** Math.max(0, failures - 1), lastMs);
  return Math.round(full * (0.8 + 0.4 * random));
}
