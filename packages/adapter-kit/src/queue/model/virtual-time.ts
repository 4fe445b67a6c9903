import type { Scheduler } from '@trunkline/runtime';

/** Time that stands still until nothing else can happen. */
export interface VirtualTime {
  readonly scheduler: Scheduler;
  /** Goes to the next timer and calls it; false when there is none. */
  advance(): boolean;
}

/** Makes a time that begins at a fixed day. */
export function createVirtualTime(): VirtualTime {
  const timers = new Set<{ readonly atMs: number; readonly call: () => void }>();
  let nowMs = Date.UTC(2026, 0, 1);
  return {
    scheduler: {
      now: () => nowMs,
      after: (delayMs, call) => {
        const timer = { atMs: nowMs + Math.max(0, delayMs), call };
        timers.add(timer);
        return () => timers.delete(timer);
      },
    },
    advance: () => {
      const next = [...timers].toSorted((one, other) => one.atMs - other.atMs)[0];
      if (next === undefined) return false;
      timers.delete(next);
      nowMs = Math.max(nowMs, next.atMs);
      next.call();
      return true;
    },
  };
}
