import type { Account } from './account.ts';
import { refusal } from './read-message.ts';
import { pairLimit, throughput } from './types.ts';

/** How fast one number may send. */
export interface Pace {
  /** Counts a message to somebody. Throws GraphError 130429 or 131056 when that is too fast. */
  take(to: string): void;
}

/** Keeps the platform's two rates; a platform that is asked not to keeps none. */
export function createPace(account: Account, isKept: boolean): Pace {
  const pairs = new Map<string, { left: number; atMs: number }>();
  let second: number[] = [];
  return {
    take: (to) => {
      if (!isKept) return;
      const now = account.now();
      second = second.filter((atMs) => atMs > now - 1_000);
      if (second.length >= (account.isCoexistence ? throughput.coexistence : throughput.usual)) {
        throw refusal(130429, 'Cloud API message throughput has been reached.');
      }
      const pair = pairs.get(to) ?? { left: pairLimit.burst, atMs: now };
      const left = Math.min(pairLimit.burst, pair.left + (now - pair.atMs) / pairLimit.everyMs);
      if (left < 1)
        throw refusal(
          131056,
          'Too many messages sent from this number to the same phone number in a short period of time.',
        );
      pairs.set(to, { left: left - 1, atMs: now });
      second.push(now);
    },
  };
}
