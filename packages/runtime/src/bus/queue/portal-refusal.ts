/** How a queue looks for the one event that a portal refuses. */
export interface Refusal {
  /** The next request has at most so many events. */
  readonly limit: number;
  /** The refused event is not after this sequence; past it all is well again. */
  readonly untilSequence: number;
  /** The portal has named it: it is parked as soon as it is the front, without asking again. */
  readonly namedSequence?: number;
  /** The event that was refused alone. */
  readonly lone?: { readonly sequence: number; readonly count: number; readonly sinceMs: number };
}

/** A request that a portal refused because of its events. */
export interface RefusedBatch {
  /** Sequences of its events in order. */
  readonly sequences: readonly number[];
  /** The one that the portal names. */
  readonly namedSequence?: number | undefined;
}

/** What follows from a refusal. */
export interface RefusalStep {
  readonly refusal: Refusal;
  /** True: the front is parked now. */
  readonly parks: boolean;
  /** How long to wait before the next request. */
  readonly delayMs: number;
}

/** A lone event is parked after so many refusals … */
const refusalsToPark = 3;
/** … over at least this time: a portal in the middle of its own update refuses what it takes a minute later. */
const timeToParkMs = 60_000;
const loneDelayMs = timeToParkMs / (refusalsToPark - 1);

/** Halves the batch down to the refused event; says when that is to be parked. Pure. */
export function afterRefusal(former: Refusal | undefined, batch: RefusedBatch, nowMs: number): RefusalStep {
  const first = batch.sequences[0] ?? 0;
  const last = batch.sequences.at(-1) ?? 0;
  const named = batch.namedSequence;
  if (named !== undefined && named > first && named <= last) {
    const limit = batch.sequences.indexOf(named);
    if (limit > 0) return { refusal: { limit, untilSequence: named, namedSequence: named }, parks: false, delayMs: 0 };
  }
  if (named !== undefined && named === first) {
    return { refusal: { limit: 1, untilSequence: named, namedSequence: named }, parks: true, delayMs: 0 };
  }
  if (batch.sequences.length > 1) {
    return { refusal: { limit: batch.sequences.length >> 1, untilSequence: last }, parks: false, delayMs: 0 };
  }
  const known = former?.lone?.sequence === first ? former.lone : { sequence: first, count: 0, sinceMs: nowMs };
  const lone = { ...known, count: known.count + 1 };
  const parks = lone.count >= refusalsToPark && nowMs - lone.sinceMs >= timeToParkMs;
  return { refusal: { limit: 1, untilSequence: first, lone }, parks, delayMs: parks ? 0 : loneDelayMs };
}

/** The search after everything up to a sequence is done. Pure. */
export function afterProgress(former: Refusal | undefined, doneSequence: number): Refusal | undefined {
  return former === undefined || doneSequence >= former.untilSequence ? undefined : former;
}
