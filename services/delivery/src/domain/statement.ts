import { sequenceText } from './check/wire-event.ts';

/** What became of a range of a portal's stream. */
export interface RangeFacts {
  readonly portalId: string;
  readonly from: number;
  readonly to: number;
  /** Up to here all is done: delivered or given up. */
  readonly doneSequence: number;
  readonly headSequence: number;
  /** How many of the range were given up, by kind. */
  readonly givenUp: Readonly<Record<'expired' | 'parked' | 'withheld' | 'skipped', number>>;
  /** 64 hex characters each: before the first event, and as of the last. */
  readonly chainBefore: string;
  readonly chain: string;
  readonly at: Date;
}

/** Chain before the first event of every stream. */
export const chainStart = '0'.repeat(64);

/** The bytes of a statement: what is signed, and what the portal keeps. Pure. */
export function statementBytes(facts: RangeFacts): Buffer {
  const { from, to, doneSequence, givenUp, chainBefore, chain, headSequence, at } = facts;
  const events = to - from + 1;
  const waiting = Math.min(events, Math.max(0, to - doneSequence));
  const { expired, parked, withheld, skipped } = givenUp;
  const delivered = events - waiting - expired - parked - withheld - skipped;
  const statement = {
    ...{ portal: facts.portalId, from: sequenceText(from), to: sequenceText(to), events },
    ...{ delivered, waiting, expired, parked, withheld, skipped },
    ...{ chainBefore, chain, headSequence: sequenceText(headSequence), at: at.toISOString() },
  };
  return Buffer.from(JSON.stringify(statement));
}
