/** Time as a channel's queue sees it: the real clock in the product, a driven one in models and tests. */
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
