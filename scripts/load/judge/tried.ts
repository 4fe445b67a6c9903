import type { CloudEvent } from './open.ts';
import { isNotice } from './place.ts';
import type { Told } from './told.ts';

/** What a portal that gets each batch once was sent, also while it misbehaved. */
export interface Tried {
  /** A request came. */
  note(events: readonly CloudEvent[]): void;
  /** It was not taken, and is to be skipped. */
  refuse(events: readonly CloudEvent[]): void;
  /** True if everything that a notice skips was sent before. */
  includes(told: Told): boolean;
  /** How many events came once more after they had been refused. Right only after a crash of the sender. */
  readonly again: number;
}

/** Nothing was tried yet. */
export function createTried(): Tried {
  const strandOf = new Map<number, string>();
  const refused = new Set<number>();
  let again = 0;
  const sent = (events: readonly CloudEvent[]) =>
    events.filter((event) => !isNotice(event) && event.replay === undefined).map(({ sequence }) => Number(sequence));
  return {
    note: (events) => {
      const strand = events[0]?.strand ?? '';
      for (const sequence of sent(events)) {
        if (refused.has(sequence)) again += 1;
        strandOf.set(sequence, strand);
      }
    },
    refuse: (events) => {
      for (const sequence of sent(events)) refused.add(sequence);
    },
    includes: ({ strand, from, to, count }) => {
      let found = 0;
      for (let sequence = from; sequence <= to; sequence += 1) if (strandOf.get(sequence) === strand) found += 1;
      return found >= count;
    },
    get again() {
      return again;
    },
  };
}
