/** Time as a queue sees it: the real clock in the product, a driven one in models and tests. */
export interface Scheduler {
  /** Milliseconds since 1970. */
  now(): number;
  /** Calls once after so many milliseconds, unless the returned function was called before. */
  after(delayMs: number, call: () => void): () => void;
}

/** The real clock. Its timers keep the process alive only until they are cancelled. */
export const realScheduler: Scheduler = {
  now: () => Date.now(),
  after: (delayMs, call) => {
    const timer = setTimeout(call, delayMs);
    return () => clearTimeout(timer);
  },
};

/** Resolves after so many milliseconds, or at once when the signal aborts: callers look at the signal themselves. */
export function pause(scheduler: Scheduler, delayMs: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const done = () => {
      cancel();
      signal.removeEventListener('abort', done);
      resolve();
    };
    const cancel = scheduler.after(delayMs, done);
    signal.addEventListener('abort', done, { once: true });
  });
}
