/** A month: nobody waits for what is farther away, and a date has its bounds. */
const farthestSeconds = 30 * 86_400;

/** What it depends on. */
export interface Flowing {
  readonly waiting: number;
  readonly lastError: string;
  readonly takenPerSecond: number;
  readonly comingPerSecond: number;
}

/** When a queue that is behind will be empty if it goes on like this; undefined: nobody knows, or never. Pure. */
export function emptyAtOf(
  { waiting, lastError, takenPerSecond, comingPerSecond }: Flowing,
  nowMs: number,
): Date | undefined {
  if (waiting === 0 || lastError !== '') return undefined;
  const perSecond = takenPerSecond - comingPerSecond;
  const seconds = waiting / perSecond;
  return perSecond > 0 && seconds <= farthestSeconds ? new Date(nowMs + seconds * 1_000) : undefined;
}
