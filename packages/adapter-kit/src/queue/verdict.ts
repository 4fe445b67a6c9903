import { errorTable, retryDelayMs } from '@trunkline/runtime';
import type { ConnectorError, PauseScope } from '../connector-error.ts';

/** What follows from a failed try. */
export type Verdict =
  | { readonly next: 'fail' }
  /** Nobody knows whether the platform has it, and it must not get it twice. */
  | { readonly next: 'doubt' }
  | {
      readonly next: 'wait';
      readonly delayMs: number;
      readonly scope: PauseScope;
      readonly isTrouble: boolean;
      /** True if the account has to be signed in again. */
      readonly isSignedOut: boolean;
    };

/** A platform that says nothing of how long is asked again after this. */
const usualRetryAfterMs = 1_000;
const hourMs = 60 * 60 * 1_000;
/** A guess grows to an hour, or 24-fold: what blocks for an hour may block for a day. */
const longestGuessMs = (firstMs: number) => Math.max(hourMs, 24 * firstMs);
/** No platform names a longer time: what says more is broken, and must not stop a channel for good. */
const longestAskedMs = 7 * 24 * hourMs;
/** How often a channel that has to be signed in again is tried; a change of the channel makes it try at once. */
const signedOutMs = 60_000;

/** What a try was. */
export interface Try {
  /** Number of the try, from 1. */
  readonly attempt: number;
  /** True if doing it twice changes nothing. */
  readonly isRepeatable: boolean;
  /** From 0 to 1. */
  readonly random: number;
}

/** What follows from an error, by the table of codes. Pure. */
export function verdictOf(error: ConnectorError, { attempt, isRepeatable, random }: Try): Verdict {
  const again = { next: 'wait', scope: 'conversation', isTrouble: true, isSignedOut: false } as const;
  switch (errorTable[error.code].bus) {
    case 'park':
      return { next: 'fail' };
    case 'pause':
      return { ...again, scope: 'channel', delayMs: signedOutMs, isTrouble: false, isSignedOut: true };
    case 'hold':
      return isRepeatable ? { ...again, delayMs: retryDelayMs(attempt, random) } : { next: 'doubt' };
    case 'wait': {
      if (error.code !== 'retry_after') return { ...again, delayMs: retryDelayMs(attempt, random) };
      const asked = error.retryAfterMs ?? usualRetryAfterMs;
      const waitMs = error.isGuess
        ? Math.min(asked * 2 ** (attempt - 1), longestGuessMs(asked))
        : Math.min(asked, longestAskedMs);
      return { ...again, delayMs: Math.max(waitMs, 100), scope: error.scope, isTrouble: false };
    }
  }
}
