/** Paces calls: so many a second, a few at once, none while paused. Times are milliseconds of one clock. */
export interface TokenBucket {
  /** When the next call may be made; not after now: at once. */
  readyAtMs(nowMs: number): number;
  /** Takes one token; below zero when it was not ready. */
  take(nowMs: number): void;
  /** No call before this time, whatever tokens there are. Never shortens a pause. */
  pauseUntil(atMs: number): void;
  /** Ends a pause. */
  resume(): void;
  /** True if it is full and not paused: forgetting it changes nothing. */
  isIdle(nowMs: number): boolean;
}

/** How fast. */
export interface Pace {
  /** Calls a second in the long run; 0: no limit. */
  readonly perSecond: number;
  /** Calls that may be made at once after a rest; at least 1. */
  readonly burst: number;
}

/** Makes a full bucket. Does no input or output. */
export function createTokenBucket({ perSecond, burst }: Pace): TokenBucket {
  const capacity = Math.max(1, burst);
  let tokens = capacity;
  let countedAtMs = 0;
  let pausedUntilMs = 0;

  const count = (nowMs: number) => {
    // A clock that was set back takes both times along: else nothing is refilled, and a pause lasts, for as long as it went back.
    const backMs = Math.max(0, countedAtMs - nowMs);
    pausedUntilMs -= backMs;
    countedAtMs -= backMs;
    tokens = Math.min(capacity, tokens + ((nowMs - countedAtMs) * perSecond) / 1_000);
    countedAtMs = nowMs;
  };

  return {
    readyAtMs: (nowMs) => {
      count(nowMs);
      const waitMs = perSecond === 0 || tokens >= 1 ? 0 : Math.ceil(((1 - tokens) * 1_000) / perSecond);
      return Math.max(nowMs + waitMs, pausedUntilMs);
    },
    take: (nowMs) => {
      count(nowMs);
      if (perSecond > 0) tokens -= 1;
    },
    pauseUntil: (atMs) => {
      pausedUntilMs = Math.max(pausedUntilMs, atMs);
    },
    resume: () => {
      pausedUntilMs = 0;
    },
    isIdle: (nowMs) => {
      count(nowMs);
      return tokens >= capacity && pausedUntilMs <= nowMs;
    },
  };
}
