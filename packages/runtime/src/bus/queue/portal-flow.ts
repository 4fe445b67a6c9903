/** How much ever happened to a portal's queue, as this process counts it. */
export interface FlowCounts {
  /** Events that the portal took. */
  readonly taken: number;
  /** Events that came for it. */
  readonly arrived: number;
}

/** How fast a queue that is behind is taken and grows. In memory only. */
export interface Flow {
  readonly sinceMs: number;
  readonly atMs: number;
  readonly counts: FlowCounts;
  /** Events a second. */
  readonly takenPerSecond: number;
  readonly comingPerSecond: number;
}

const sampleMs = 2_000;
/** Of what happened longer ago little is left in the rates. */
const windowMs = 30_000;

/** The flow after a look at the counts: the mean since it began, and later of the last half minute. Pure. */
export function flowAfter(former: Flow | undefined, counts: FlowCounts, nowMs: number): Flow {
  if (former === undefined) return { sinceMs: nowMs, atMs: nowMs, counts, takenPerSecond: 0, comingPerSecond: 0 };
  const passedMs = nowMs - former.atMs;
  if (passedMs < sampleMs) return former;
  const part = Math.min(1, passedMs / Math.min(windowMs, nowMs - former.sinceMs));
  const mean = (rate: number, count: number) => rate + part * ((count * 1_000) / passedMs - rate);
  return {
    ...{ sinceMs: former.sinceMs, atMs: nowMs, counts },
    takenPerSecond: mean(former.takenPerSecond, counts.taken - former.counts.taken),
    comingPerSecond: mean(former.comingPerSecond, counts.arrived - former.counts.arrived),
  };
}
