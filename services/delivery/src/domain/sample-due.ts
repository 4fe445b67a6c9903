const sampleMs = 10_000;

/**
 * True if it is time for the next look. A clock that was set back, or that of a former owner which was ahead, must not stop the
 * looks for as long as that. Pure.
 */
export function isSampleDue(lastAtMs: number, nowMs: number): boolean {
  const sinceMs = nowMs - lastAtMs;
  return sinceMs < 0 || sinceMs >= sampleMs;
}
