/** Tokens for what comes by a key, a visitor or an address: so many at once, so many a minute. */
export interface Limit {
  /** Takes a token. 0: go on; else how long to wait, in milliseconds. Never waits and never throws. */
  readonly take: (key: string, nowMs: number) => number;
}

const keptKeys = 50_000;

/**
 * A token bucket for each key: `burst` at once, refilled by `perMinute`. Held in memory: an instance forgets with its end.
 * For a connector's own door; the host paces what is sent by itself.
 */
export function createLimit(burst: number, perMinute: number): Limit {
  const buckets = new Map<string, { tokens: number; atMs: number }>();
  const perMs = perMinute / 60_000;
  return {
    take: (key, nowMs) => {
      const former = buckets.get(key) ?? { tokens: burst, atMs: nowMs };
      const tokens = Math.min(burst, former.tokens + (nowMs - former.atMs) * perMs);
      // Oldest first out: whoever is busy comes last.
      buckets.delete(key);
      if (buckets.size >= keptKeys) buckets.delete(buckets.keys().next().value ?? '');
      const isLet = tokens >= 1;
      buckets.set(key, { tokens: isLet ? tokens - 1 : tokens, atMs: nowMs });
      return isLet ? 0 : Math.ceil((1 - tokens) / perMs);
    },
  };
}
