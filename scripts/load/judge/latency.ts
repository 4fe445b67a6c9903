/** Times from when a message was written to when it came, with the moments at which they came. */
export interface Latencies {
  add(atMs: number, latencyMs: number): void;
  clear(): void;
  summary(): LatencySummary;
}

/** One second of a run. */
export interface Second {
  /** Seconds since the first message. */
  readonly second: number;
  readonly count: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

/** All of a run. */
export interface LatencySummary {
  readonly count: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** When the first and the last message came, in milliseconds since 1970. */
  readonly firstAtMs: number;
  readonly lastAtMs: number;
  readonly seconds: readonly Second[];
}

/** Makes an empty record; it holds every single time, 16 bytes each. */
export function createLatencies(): Latencies {
  let at: number[] = [];
  let took: number[] = [];
  return {
    add: (atMs, latencyMs) => {
      at.push(atMs);
      took.push(latencyMs);
    },
    clear: () => {
      at = [];
      took = [];
    },
    summary: () => {
      const firstAtMs = at[0] ?? 0;
      const bySecond = new Map<number, number[]>();
      for (const [index, atMs] of at.entries()) {
        const second = Math.floor((atMs - firstAtMs) / 1_000);
        const found = bySecond.get(second) ?? [];
        found.push(took[index] ?? 0);
        bySecond.set(second, found);
      }
      const seconds = [...bySecond].map(([second, times]) => ({ second, count: times.length, ...percentiles(times) }));
      return { count: at.length, ...percentiles(took), firstAtMs, lastAtMs: at.at(-1) ?? 0, seconds };
    },
  };
}

function percentiles(times: readonly number[]) {
  const sorted = times.toSorted((a, b) => a - b);
  const at = (part: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? 0;
  return { p50Ms: at(0.5), p99Ms: at(0.99) };
}
