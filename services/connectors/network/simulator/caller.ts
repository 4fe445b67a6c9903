import { createHookCaller, type HookCaller, type SimulatorWorld } from '@trunkline/testkit/simulator';
import { type Account, hmac, type Seat } from './account.ts';
import type { Fields } from './types.ts';

/** How the other ends are called. */
export interface CallTimes {
  /** The protocol waits no longer; 15 s by default. */
  readonly answerLimitMs?: number | undefined;
  /** Pause after the first failure; it doubles. */
  readonly retryDelayMs?: number | undefined;
}

/** Something that a seat tells its other end. */
export interface Word {
  readonly seat: Seat;
  readonly fields: Fields;
}

const dayMs = 24 * 60 * 60_000;

/** Calls the other ends, and keeps what they refused. */
export function createCaller(
  account: Account,
  world: SimulatorWorld,
  { answerLimitMs = 15_000, retryDelayMs = 1_000 }: CallTimes,
): HookCaller<Word> & { readonly refused: string[] } {
  const refused: string[] = [];
  const caller = createHookCaller<Word>({
    prepare: ([word], { proof }) => {
      if (word === undefined) return undefined;
      const { from, url, key } = word.seat;
      const body = JSON.stringify(told(account, word));
      const signature =
        proof === 'none' ? {} : { 'network-signature': hmac(proof === 'wrong' ? `${key}0` : key, body) };
      return { url, body, headers: { 'network-from': from, ...signature } };
    },
    // A refusal is an answer: the same call would be refused again.
    isTaken: ({ status }) => status === 200 || (status >= 400 && status < 500 && status !== 429),
    onTaken: (_words, { status, text }) => {
      if (status !== 200) refused.push(text === '' ? String(status) : String(JSON.parse(text).error ?? status));
    },
    retryAfterMs: ({ text }) => {
      const seconds = text.startsWith('{') ? JSON.parse(text).retryAfterSeconds : undefined;
      return typeof seconds === 'number' ? seconds * 1_000 : undefined;
    },
    ...{ answerLimitMs, retryDelayMs, giveUpAfterMs: dayMs },
    ...{ troubles: account.troubles, complain: world.complain, signal: world.ended },
  });
  return { ...caller, refused };
}

/** A call with what every one has. */
export function told({ now }: Pick<Account, 'now'>, { seat, fields }: Word): Fields {
  const { side, from, to, name, ownUrl: address } = seat;
  return { network: 1, side, from, to, name, address, at: now(), ...fields };
}
