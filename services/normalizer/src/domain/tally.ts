/** What becomes of a channel event, counted: the two sides of a channel's balance. */
export type Outcome = 'accepted' | 'normalized' | 'repeated' | 'parked' | 'held' | 'released';

/** What a micro-batch did, for its log line and counters. */
export interface Tally {
  /** Events by outcome; held counts what went into a hold, released what left one. */
  readonly events: Record<Outcome, number>;
  /** Items by kind. */
  readonly items: Record<string, number>;
  facts: number;
}

/** An empty tally. */
export function createTally(): Tally {
  return {
    events: { accepted: 0, normalized: 0, repeated: 0, parked: 0, held: 0, released: 0 },
    items: {},
    facts: 0,
  };
}
