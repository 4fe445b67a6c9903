import type { CheckStream } from './stream.ts';
import type { WireEvent } from './wire-event.ts';

/** What a correct receiver does with what is sent to it. */
export type Expected = 'taken' | 'not_taken' | 'unknown_key' | 'too_large';

/** What is wrong with a request around its events; absent: nothing. */
export type RequestFault = 'unsigned' | 'forged' | 'old' | 'wide' | 'too_wide';

/** One question to a partner's receiver: everything about it but the sending, as data. */
export interface Check {
  /** Name in the table. */
  readonly name: string;
  /** What is sent, in words. */
  readonly sends: string;
  /** Batches, one request each; all must be answered as expected. */
  readonly batches: (stream: CheckStream) => Promise<readonly (readonly WireEvent[])[]>;
  readonly fault?: RequestFault;
  /** True: its batches are sent at the same time. */
  readonly isAtOnce?: boolean;
  readonly expected: Expected;
  /** What it should answer, in words. */
  readonly should: string;
  /** What happens to the partner if it answers otherwise. */
  readonly why: string;
  /** What to change in the receiver. */
  readonly change: string;
}
