import type { Verdict } from '../load/judge/main.ts';
import type { AnswersTold } from './answers/settle.ts';
import { unexcused } from './overlaps.ts';
import type { Storm } from './storm.ts';

/** Everything that came of a run. */
export interface Outcome {
  readonly storm: Storm;
  /** Undefined where another judges. */
  readonly verdict: Verdict | undefined;
  readonly answers: AnswersTold;
  /** Whatever else was not as it must be, in words. */
  readonly found: readonly string[];
  /** Lanes that were taken during the storm; null where nobody asked. */
  readonly ownerChanges: number | null;
  readonly fences: number | null;
  readonly staleGets: number | null;
}

/** How many things were not as they must be, beside what has a count of its own. Pure. */
export function brokenOf(outcome: Outcome): number {
  return wordsOf(outcome).length + (outcome.verdict?.brokenCount ?? 0);
}

/** What the judge does not say itself. */
function wordsOf({ storm, verdict, found }: Outcome): readonly string[] {
  return [...storm.found, ...found, ...unexcused(verdict?.overlaps ?? [], storm.upsets)];
}

/** True if nothing was lost, doubled, out of order or otherwise wrong. Pure. */
export function isClean(outcome: Outcome): boolean {
  const { lost = 0, outOfOrder = 0, doubled = 0 } = outcome.verdict ?? {};
  return lost + outOfOrder + doubled + brokenOf(outcome) === 0;
}

/** For people. Pure. */
export function summaryOf(outcome: Outcome): string {
  const { storm, verdict, answers, ownerChanges, fences, staleGets } = outcome;
  const { result, kills, counts, seen } = storm;
  const rows = [...counts].map(([name, count]) => `  ${name.padEnd(38)}${count}`);
  const broken = [...wordsOf(outcome), ...(verdict?.broken ?? [])];
  const untold = (verdict?.brokenCount ?? 0) - (verdict?.broken.length ?? 0);
  return [
    '',
    `  sent ${result.sent}, put off ${result.putOff} times, kills ${kills}`,
    `  answered ${answers.stored} times, of ${answers.unknown} nobody knows whether they were sent`,
    ...rows,
    ...(ownerChanges === null ? [] : [`  lanes taken ${ownerChanges}, writes of former owners refused ${fences}`]),
    ...(staleGets === null ? [] : [`  direct gets answered from an older copy ${staleGets}`]),
    ...(verdict === undefined ? ['  judged by the sink'] : judgedLines(verdict)),
    ...broken.map((what) => `  ! ${what}`),
    ...(untold > 0 ? [`  ! and ${untold} more`] : []),
    ...(seen === undefined ? [] : [seen]),
  ].join('\n');
}

function judgedLines({ lost, doubled, outOfOrder, repeats, told, overlaps, triedAgain }: Verdict): readonly string[] {
  return [
    `  lost ${lost}, doubled ${doubled}, out of order ${outOfOrder}, repeats ${repeats}, told that it will not come ${told}`,
    `  requests beside another of the same stream ${overlaps.length}, events tried again that come once ${triedAgain}`,
  ];
}

/** The figures of the last line, for programs; null where nobody judged. Pure. */
export function figuresOf(outcome: Outcome) {
  const { storm, verdict, answers, ownerChanges, fences, staleGets } = outcome;
  return {
    sent: storm.result.sent,
    ...{ lost: verdict?.lost ?? null, out_of_order: verdict?.outOfOrder ?? null, repeats: verdict?.repeats ?? null },
    ...{
      doubled: verdict?.doubled ?? null,
      broken: brokenOf(outcome),
      kills: storm.kills,
      told: verdict?.told ?? null,
    },
    ...{ overlaps: verdict?.overlaps.length ?? null, tried_again: verdict?.triedAgain ?? null },
    ...{ answers: answers.stored, answers_unknown: answers.unknown },
    ...{ owner_changes: ownerChanges, fences, stale_gets: staleGets },
    disturbances: Object.fromEntries(storm.counts),
  };
}
