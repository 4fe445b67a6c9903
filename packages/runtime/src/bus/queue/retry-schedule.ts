const delaysMs = [1_000, 5_000, 15_000, 30_000, 60_000, 120_000, 300_000];
const spread = 0.2;

/**
 * How long to wait after so many failures in a row (from 1): 1, 5, 15, 30 s, 1, 2, then every 5 min, ±20%, so that portals
 * that failed together do not come back together. `random` is from 0 to 1. Pure.
 */
export function retryDelayMs(failures: number, random: number): number {
  const delayMs = delaysMs[Math.min(failures, delaysMs.length) - 1] ?? 0;
  return Math.round(delayMs * (1 - spread + 2 * spread * random));
}
