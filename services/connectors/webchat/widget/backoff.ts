const longestMs = 30_000;

/** How long to wait after so many failures in a row: 1, 2, 4 … 30 s, each up to a fifth longer or shorter. Pure. */
export function backoffMs(failures: number, random: number): number {
  const wholeMs = Math.min(longestMs, 1_000 * 2 ** Math.max(0, failures - 1));
  return Math.round(wholeMs * (0.8 + 0.4 * random));
}
