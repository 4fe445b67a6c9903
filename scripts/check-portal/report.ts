import { styleText } from 'node:util';
import type { CheckResult } from '../../services/delivery/src/check/run-checks.ts';

/** What is printed of a run. */
export interface Report {
  /** Lines for one result as it comes. */
  add(result: CheckResult): string[];
  /** The table, and what to do next. */
  end(): string[];
  isAllRight(): boolean;
}

type Colour = 'green' | 'red' | 'dim';

/** Makes a report; it keeps what it was told. */
export function createReport({ hasColours }: { readonly hasColours: boolean }): Report {
  const results: CheckResult[] = [];
  const paint = (colour: Colour, text: string) =>
    hasColours ? styleText(colour, text, { validateStream: false }) : text;
  const isAllRight = () => results.length > 0 && results.every(({ finding }) => finding?.isRight);
  return {
    isAllRight,
    add: (result) => {
      results.push(result);
      return linesOf(result, paint);
    },
    end: () => {
      const width = Math.max(...results.map(({ check }) => check.name.length));
      const rows = results.map(({ check, finding }) => {
        const [word, colour] = wordOf(finding);
        return `${paint(colour, word.padEnd(9))} ${check.name.padEnd(width)}  ${finding?.answered ?? ''}`.trimEnd();
      });
      return ['', ...rows, '', ...closing(results, isAllRight())];
    },
  };
}

function wordOf(finding: CheckResult['finding']): [word: string, colour: Colour] {
  if (finding === undefined) return ['not sent', 'dim'];
  return finding.isRight ? ['right', 'green'] : ['WRONG', 'red'];
}

function linesOf({ check, finding }: CheckResult, paint: (colour: Colour, text: string) => string): string[] {
  const [word, colour] = wordOf(finding);
  const head = `${paint(colour, word)}  ${check.name}: ${check.sends}`;
  if (finding === undefined) return [head];
  const answered = `  it answered  ${finding.answered}`;
  if (finding.isRight) return [head, answered];
  return [
    head,
    `${answered} (Trunkline: ${finding.meaning})`,
    `  it should    ${check.should}`,
    `  because      ${finding.why}`,
    `  change       ${finding.change}`,
  ];
}

function closing(results: readonly CheckResult[], isAllRight: boolean): string[] {
  const sent = results.filter(({ finding }) => finding !== undefined);
  const right = sent.filter(({ finding }) => finding?.isRight);
  const cursor = results.at(-1)?.cursor;
  const count = `${right.length} of ${results.length} right.`;
  if (isAllRight) {
    return [
      count,
      'What cannot be seen from here: each message of "Trunkline check" must stand in your portal once.',
      'Empty its store before events of a portal come to it: their numbers are used up.',
      `To check it again as it is: --after ${cursor?.sequence} --chain ${cursor?.chain}`,
    ];
  }
  if (sent.length === 1) return [`${count} Nothing else was sent: put this right first.`];
  return [count, 'Empty its store before you check again: to a receiver that has taken events, these are repeats.'];
}
