import { holesOf, type MissingRun, missingRuns, sumOf } from './missing.ts';
import { createToldRanges, type Told } from './told.ts';

/** What a portal's messages came to, told by nothing but their marks and places. */
export interface Tally {
  readonly received: number;
  /** Came after a later one that it must come before, or were numbered after it. */
  readonly outOfOrder: number;
  /** Came again as what they were, where a receiver that keeps its place drops them. */
  readonly repeats: number;
  /** Came again as something new: under another sequence, or where a receiver does not drop them. A client's message is there twice. */
  readonly doubled: number;
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
  /** Its conversation. */
  readonly subject: string;
  /** True: it came in a strand, and is in order with its conversation alone. */
  readonly isInStrand: boolean;
  /** A receiver that keeps its place drops it. */
  readonly isRepeat: boolean;
}

/** What was kept, and came because somebody asked for it. */
export type Kept = Pick<Came, 'sequence' | 'number' | 'subject'>;

/**
 * By what is known which messages a notice speaks of. Notices name sequences, not messages: before replays as many are excused as
 * have room in their ranges; after what was kept has come again, those alone that are in them.
 */
export type ToldBy = 'notices' | 'replays';

/** Counts the messages of one portal. */
export interface PortalTally {
  /** Says whether it is a message that came for the first time. */
  take(came: Came): boolean;
  /** Some events will not come. */
  excuse(told: Told): void;
  /**
   * What is kept was asked for. False: it did not come, and nobody was told that it would not. (It is kept before the cursor moves:
   * whoever is killed in between leaves a copy of what comes all the same.)
   */
  takeKept(kept: Kept): boolean;
  /** As it is now, if so many were sent. */
  count(sent: number, toldBy?: ToldBy): OwnTally;
}

/** Makes an empty tally. */
export function createTally(): PortalTally {
  const sequences = new Set<number>();
  const sequenceOf = new Map<number, number>();
  const lastOf = new Map<string, number>();
  const toldRanges = createToldRanges();
  /** Numbers of messages that were told and that came all the same, to be dropped or as what was kept. */
  const toldNumbers = new Set<number>();
  const late = new Set<number>();
  const anew = new Set<string>();
  const counts = { repeats: 0, doubled: 0 };
  let last = 0;

  const takeAgain = (number: number, { sequence, isRepeat }: Came) => {
    const isAnother = sequenceOf.get(number) !== sequence && !anew.has(`${number} ${sequence}`);
    anew.add(`${number} ${sequence}`);
    if (isAnother || !isRepeat) counts.doubled += 1;
    else counts.repeats += 1;
  };
  const takeMessage = (number: number, came: Came): boolean => {
    const { sequence, subject, isInStrand, isRepeat } = came;
    if (sequenceOf.has(number)) {
      takeAgain(number, came);
      return false;
    }
    // What a portal was told of is dropped if it comes all the same.
    if (isRepeat && toldRanges.covers(sequence, subject)) {
      toldNumbers.add(number);
      counts.repeats += 1;
      return false;
    }
    sequenceOf.set(number, sequence);
    const before = isInStrand ? (lastOf.get(subject) ?? 0) : last;
    if (number < before || isRepeat) late.add(number);
    last = Math.max(last, number);
    lastOf.set(subject, Math.max(lastOf.get(subject) ?? 0, number));
    return true;
  };
  return {
    take: (came) => {
      const isNew = came.number !== undefined && takeMessage(came.number, came);
      if (came.number === undefined || isNew) sequences.add(came.sequence);
      return isNew;
    },
    excuse: (notice) => toldRanges.add(notice),
    takeKept: ({ sequence, number, subject }) => {
      const isTold = toldRanges.covers(sequence, subject);
      if (isTold && number !== undefined) toldNumbers.add(number);
      return isTold || sequences.has(sequence);
    },
    count: (sent, toldBy = 'notices') => {
      const outOfOrder = new Set([...late, ...numberedLate(sequenceOf)]).size;
      const runs = missingRuns(sequenceOf, sent);
      const missing =
        toldBy === 'replays' ? missingBut(runs, toldNumbers) : missingBeside(runs, toldRanges.all(), sequences);
      return { ...counts, outOfOrder, received: sequenceOf.size, ...missing };
    },
  };
}

/** Messages that were given a sequence before that of one that was written before. They come from one writer, one after another. */
function numberedLate(sequenceOf: ReadonlyMap<number, number>): ReadonlySet<number> {
  const late = new Set<number>();
  let last = 0;
  for (const [number, sequence] of [...sequenceOf].sort(([a], [b]) => a - b)) {
    if (sequence < last) late.add(number);
    last = Math.max(last, sequence);
  }
  return late;
}

type Missing = Pick<OwnTally, 'lost' | 'told' | 'firstLost'>;

function missingBut(runs: readonly MissingRun[], toldNumbers: ReadonlySet<number>): Missing {
  const numbers = runs.flatMap(({ first, count }) => Array.from({ length: count }, (_, index) => first + index));
  const lost = numbers.filter((number) => !toldNumbers.has(number));
  return { lost: lost.length, told: numbers.length - lost.length, firstLost: lost[0] ?? 0 };
}

function missingBeside(runs: readonly MissingRun[], told: readonly Told[], sequences: ReadonlySet<number>): Missing {
  const holes = holesOf(told, sequences);
  const roomOf = ({ after, before }: MissingRun) => holes.filter((hole) => after < hole && hole < before).length;
  const excused = runs.map((run) => Math.min(run.count, roomOf(run)));
  const missing = sumOf(runs.map(({ count }) => count));
  // Notices of a strand speak of fewer than lie between their ends.
  const toldOf = Math.min(sumOf(excused), sumOf(told.map(({ count }) => count)));
  const lost = missing - toldOf;
  const firstRun = runs.find((run, index) => run.count > (excused[index] ?? 0)) ?? runs[0];
  return { lost, told: toldOf, firstLost: lost > 0 ? (firstRun?.first ?? 0) : 0 };
}
