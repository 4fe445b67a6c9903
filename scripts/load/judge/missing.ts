import type { Told } from './told.ts';

/** Numbers, one after another, that never came, and between which sequences they would have. */
export interface MissingRun {
  readonly first: number;
  readonly count: number;
  readonly after: number;
  readonly before: number;
}

/** What never came of so many messages, by the sequences of those that did. Pure. */
export function missingRuns(sequenceOf: ReadonlyMap<number, number>, sent: number): MissingRun[] {
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

/** Sequences that never came and that some notice speaks of. Pure. */
export function holesOf(told: readonly Told[], sequences: ReadonlySet<number>): readonly number[] {
  const holes = new Set<number>();
  for (const { from, to } of told)
    for (let sequence = from; sequence <= to; sequence += 1) if (!sequences.has(sequence)) holes.add(sequence);
  return [...holes];
}

/** Pure. */
export function sumOf(numbers: readonly number[]): number {
  return numbers.reduce((sum, number) => sum + number, 0);
}
