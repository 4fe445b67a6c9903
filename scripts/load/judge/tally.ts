/** What a portal's messages came to, told by nothing but their marks and places. */
export interface Tally {
  readonly received: number;
  /** Came after a later one that it must come before. */
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

/** Something that came to a portal. */
export interface Came {
  readonly sequence: number;
  /** The message's own number; undefined: it is no message. */
  readonly number: number | undefined;
  /** The conversation within which alone its order is kept; undefined: it comes after everything that was written before. */
  readonly within: string | undefined;
  /** A receiver that keeps its place drops it. */
  readonly isRepeat: boolean;
}

/** What a notice says. */
export interface Told {
  readonly from: number;
  readonly to: number;
  /** How many of the range it speaks of. */
  readonly count: number;
}

/** Counts the messages of one portal. */
export interface PortalTally {
  /** Says whether it is a message that came for the first time. */
  take(came: Came): boolean;
  /** Some events will not come. */
  excuse(told: Told): void;
  /** As it is now, if so many were sent. */
  count(sent: number): OwnTally;
}

/** Makes an empty tally. */
export function createTally(): PortalTally {
  const sequences = new Set<number>();
  const sequenceOf = new Map<number, number>();
  const lastWithin = new Map<string, number>();
  const told: Told[] = [];
  const counts = { outOfOrder: 0, repeats: 0 };
  let last = 0;

  const isTold = (sequence: number) => told.some(({ from, to }) => from <= sequence && sequence <= to);
  const takeMessage = (number: number, { sequence, within, isRepeat }: Came): boolean => {
    // What a portal was told of is dropped if it comes all the same.
    if (sequenceOf.has(number) || (isRepeat && isTold(sequence))) {
      counts.repeats += 1;
      return false;
    }
    sequenceOf.set(number, sequence);
    const before = within === undefined ? last : (lastWithin.get(within) ?? 0);
    if (number < before || isRepeat) counts.outOfOrder += 1;
    last = Math.max(last, number);
    if (within !== undefined) lastWithin.set(within, Math.max(before, number));
    return true;
  };
  return {
    take: (came) => {
      const isNew = came.number !== undefined && takeMessage(came.number, came);
      if (came.number === undefined || isNew) sequences.add(came.sequence);
      return isNew;
    },
    excuse: (notice) => void told.push(notice),
    count: (sent) => {
      const runs = missingRuns(sequenceOf, sent);
      const holes = holesOf(told, sequences);
      const excused = runs.map((run) => Math.min(run.count, holes.filter((hole) => isInside(hole, run)).length));
      const missing = sumOf(runs.map(({ count }) => count));
      // Notices of a strand speak of fewer than lie between their ends.
      const toldOf = Math.min(sumOf(excused), sumOf(told.map(({ count }) => count)));
      const lost = missing - toldOf;
      const firstRun = runs.find((run, index) => run.count > (excused[index] ?? 0)) ?? runs[0];
      return {
        ...counts,
        received: sequenceOf.size,
        lost,
        told: toldOf,
        firstLost: lost > 0 ? (firstRun?.first ?? 0) : 0,
      };
    },
  };
}

/** Numbers, one after another, that never came, and between which sequences they would have. */
interface MissingRun {
  readonly first: number;
  readonly count: number;
  readonly after: number;
  readonly before: number;
}

function missingRuns(sequenceOf: ReadonlyMap<number, number>, sent: number): MissingRun[] {
  const runs: MissingRun[] = [];
  let after = 0;
  let first = 1;
  for (let number = 1; number <= sent + 1; number += 1) {
    const sequence = number > sent ? Number.POSITIVE_INFINITY : sequenceOf.get(number);
    if (sequence === undefined) continue;
    if (number > first) runs.push({ first, count: number - first, after, before: sequence });
    after = sequence;
    first = number + 1;
  }
  return runs;
}

/** Sequences that never came and that some notice speaks of. */
function holesOf(told: readonly Told[], sequences: ReadonlySet<number>): readonly number[] {
  const holes = new Set<number>();
  for (const { from, to } of told)
    for (let sequence = from; sequence <= to; sequence += 1) if (!sequences.has(sequence)) holes.add(sequence);
  return [...holes];
}

function isInside(sequence: number, { after, before }: MissingRun): boolean {
  return after < sequence && sequence < before;
}

function sumOf(numbers: readonly number[]): number {
  return numbers.reduce((sum, number) => sum + number, 0);
}
