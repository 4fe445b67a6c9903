import type { CloudEvent } from './open.ts';
import { describe } from './read.ts';
import type { Told } from './told.ts';
import type { Tried } from './tried.ts';

/** Kinds of notices, as they stand in their types. */
export type NoticeKind = 'expired' | 'parked' | 'withheld' | 'skipped';

/** What a notice must agree with. */
export interface NoticeRules {
  /** Notices of these kinds are right. What was refused by id may be parked all the same. */
  readonly expected: ReadonlySet<NoticeKind>;
  /** Sequences that the portal refused by id. */
  readonly refused: ReadonlySet<number>;
  readonly tried: Pick<Tried, 'includes'>;
}

/** What is wrong with a notice, in words; undefined when nothing is. Pure. */
export function faultOf(event: CloudEvent, { expected, refused, tried }: NoticeRules): string | undefined {
  const told = toldBy(event);
  const kind = event.type.split('.')[2] as NoticeKind;
  const refusedIn = [...refused].filter((sequence) => told.from <= sequence && sequence <= told.to).length;
  const isRight = kind === 'parked' ? refusedIn >= told.count : expected.has(kind);
  if (!isRight) return `${describe(event)} came, and nothing was to stay away`;
  if (kind === 'skipped' && !tried.includes(told)) return `${describe(event)} names what was never tried`;
  return undefined;
}

/** What a notice says. Pure. */
export function toldBy({ strand = '', data }: CloudEvent): Told {
  const { from, to, count } = data as { readonly from: string; readonly to: string; readonly count?: number };
  const range = { from: Number(from), to: Number(to) };
  return { ...range, strand, count: count ?? range.to - range.from + 1 };
}
