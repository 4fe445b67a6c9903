import type { Mark } from '../mark.ts';

/** What a portal's messages came to, told by nothing but their marks. */
export interface Tally {
  readonly received: number;
  /** Came after a later one of the same portal had come. */
  readonly outOfOrder: number;
  /** Came again. */
  readonly repeats: number;
  /** Of those that were sent, how many never came, and nobody said why. */
  readonly lost: number;
  /** Of those that were sent, how many never came, and the portal was told that they would not. */
  readonly told: number;
}

/** A portal's tally, with the number of the first message that never came; 0 when all came. */
export interface OwnTally extends Tally {
  readonly firstLost: number;
}

/** Counts the messages of one portal. */
export interface PortalTally {
  /** Says whether it came for the first time. */
  take(mark: Mark): boolean;
  /** A notice says that so many events will not come: the messages that are missing at this place are among them. */
  excuse(events: number): void;
  /** As it is now, if so many were sent. */
  count(sent: number): OwnTally;
}

/** Makes an empty tally. */
export function createTally(): PortalTally {
  const missing = new Set<number>();
  let last = 0;
  let told = 0;
  let excused = 0;
  let received = 0;
  let outOfOrder = 0;
  let repeats = 0;
  return {
    take: ({ number }) => {
      if (number <= last && !missing.has(number)) {
        repeats += 1;
        return false;
      }
      received += 1;
      if (number <= last) {
        missing.delete(number);
        outOfOrder += 1;
        return true;
      }
      for (let skipped = last + 1; skipped < number; skipped += 1) {
        if (excused === 0) missing.add(skipped);
        else {
          excused -= 1;
          told += 1;
        }
      }
      excused = 0;
      last = number;
      return true;
    },
    excuse: (events) => {
      excused += events;
    },
    count: (sent) => {
      const lost = missing.size + Math.max(0, sent - last);
      const [first = last + 1] = missing;
      return { received, outOfOrder, repeats, lost, told, firstLost: lost === 0 ? 0 : first };
    },
  };
}
