/** What the balance of a portal is made of. */
export interface Balanced {
  readonly mode: string;
  /** The last sequence that the feed showed, and the last that is done. */
  readonly headSequence: number;
  readonly sequence: number;
  /** How many expired, were refused, withheld and skipped: all of them are done. */
  readonly expired: number;
  readonly parked: number;
  readonly withheld: number;
  readonly skipped: number;
  /** What waits in memory; of a live portal that is everything. */
  readonly queue: readonly unknown[];
}

/**
 * By how much a portal does not balance: head = done + waiting, and what was given up lies within what is done. 0 is right;
 * above it events are missing, below it they are counted twice. Of a portal that is not live what waits is in the stream
 * alone, so only what is done is compared. Pure.
 */
export function imbalanceOf(portal: Balanced): number {
  const { mode, headSequence, sequence, expired, parked, withheld, skipped, queue } = portal;
  const waiting = headSequence - sequence;
  if (waiting < 0) return waiting;
  if (mode === 'live' && waiting !== queue.length) return waiting - queue.length;
  return Math.min(0, sequence - expired - parked - withheld - skipped);
}
