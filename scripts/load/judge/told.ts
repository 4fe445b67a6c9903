import { strandOf } from './place.ts';

/** What a notice says. */
export interface Told {
  /** As `3/4`: it speaks of this strand alone; empty: of the stream. */
  readonly strand: string;
  readonly from: number;
  readonly to: number;
  /** How many of the range it speaks of. */
  readonly count: number;
}

/** Everything that a portal was told would not come. */
export interface ToldRanges {
  add(told: Told): void;
  /** True if it was told that the event of this sequence, of this conversation, does not come. */
  covers(sequence: number, subject: string): boolean;
  /** Each range once: a notice that came again, or grew between two tries, is one. */
  all(): readonly Told[];
}

/** Nothing was told yet. */
export function createToldRanges(): ToldRanges {
  const byBegin = new Map<string, Told>();
  return {
    add: (told) => {
      const begin = `${told.strand} ${told.from}`;
      const former = byBegin.get(begin);
      if (former === undefined || former.to < told.to) byBegin.set(begin, told);
    },
    covers: (sequence, subject) =>
      [...byBegin.values()].some((told) => told.from <= sequence && sequence <= told.to && isOf(told, subject)),
    all: () => [...byBegin.values()],
  };
}

function isOf({ strand }: Told, subject: string): boolean {
  const [index = 0, count = 0] = strand.split('/').map(Number);
  return count === 0 || strandOf(subject, count) === index;
}
