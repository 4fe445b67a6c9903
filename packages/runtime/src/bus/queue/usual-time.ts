/** How long accepted requests of a process usually take. */
export interface UsualTime {
  /** One more was accepted, after so many milliseconds. */
  accepted(durationMs: number): void;
  /** How long a request may be open before its portal counts as slower than the others: 1,000 to 10,000 ms. */
  readonly sickAfterMs: number;
}

/** An idle process may call its portals sick after a second, a loaded one after ten. */
const boundsMs = { least: 250, most: 2_500 };
const timesUsual = 4;
/** Some fifty in a row bring it from one bound to the other; a few slow ones hardly move it, for it follows the middle, not the mean. */
const step = 1.05;

/** Begins with an idle process. */
export function createUsualTime(): UsualTime {
  let usualMs = boundsMs.least;
  return {
    accepted: (durationMs) => {
      const next = durationMs > usualMs ? usualMs * step : usualMs / step;
      usualMs = Math.min(Math.max(next, boundsMs.least), boundsMs.most);
    },
    get sickAfterMs() {
      return usualMs * timesUsual;
    },
  };
}
