import type { Clock } from '../../ports.ts';

/** Time that stands still until it is moved; several processes may each have a clock of it. */
export interface VirtualTime {
  readonly clock: Clock;
  readonly nowMs: number;
  /** Moves to the next timer and calls it; false when there is none, or when it lies behind `untilMs`. */
  advance(untilMs?: number): boolean;
  /** A clock whose timers are gone once `isAlive` is false; its wall time is off by so much. */
  clockOf(isAlive: () => boolean, offMs?: () => number): Clock;
}

/** Makes a time that begins at a fixed day. */
export function createVirtualTime(): VirtualTime {
  const startMs = Date.UTC(2026, 0, 1);
  const timers = new Map<number, { readonly atMs: number; readonly call: () => void }>();
  let nowMs = 0;
  let count = 0;
  const clockOf = (isAlive: () => boolean, offMs = () => 0): Clock => ({
    now: () => nowMs,
    wallMs: () => startMs + nowMs + offMs(),
    after: (ms, call) => {
      count += 1;
      const id = count;
      timers.set(id, { atMs: nowMs + Math.max(0, ms), call: () => isAlive() && call() });
      return () => timers.delete(id);
    },
  });
  return {
    clock: clockOf(() => true),
    clockOf,
    get nowMs() {
      return nowMs;
    },
    advance: (untilMs = Number.POSITIVE_INFINITY) => {
      let next: { id: number; atMs: number; call: () => void } | undefined;
      for (const [id, timer] of timers)
        if (timer.atMs < (next?.atMs ?? Number.POSITIVE_INFINITY)) next = { id, ...timer };
      if (next === undefined || next.atMs > untilMs) return false;
      timers.delete(next.id);
      nowMs = Math.max(nowMs, next.atMs);
      next.call();
      return true;
    },
  };
}
