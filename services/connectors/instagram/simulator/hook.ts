import {
  createHookCaller,
  graphSignature,
  type HookCaller,
  type SimulatorWorld,
  toGraphJson,
} from '@trunkline/testkit/simulator';
import { type Account, foreignEntry, type Person } from './account.ts';
import type { Event, Fields } from './types.ts';

/** How the hook is called. */
export interface HookTimes {
  /** The platform waits no longer; 20 s by default. */
  readonly answerLimitMs?: number | undefined;
  /** Pause after the first failure; it doubles. */
  readonly retryDelayMs?: number | undefined;
  /** After so long of failures the account is unsubscribed; an hour by default. */
  readonly unsubscribeAfterMs?: number | undefined;
}

const hourMs = 60 * 60_000;

/** Tells the app's hook what happens; nobody, while the account is not subscribed to it. */
export function createHook(account: Account, world: SimulatorWorld, times: HookTimes): HookCaller<Event> {
  const { answerLimitMs = 20_000, retryDelayMs = 1_000, unsubscribeAfterMs = hourMs } = times;
  return createHookCaller<Event>({
    prepare: (all, { proof }) => {
      const events = all.filter(({ field }) => account.subscribed?.includes(field));
      if (account.hook === undefined || events.length === 0) return undefined;
      const entry: Fields[] = events.map(({ place, body }) => {
        const time = place === 'changes' ? Math.floor(account.now() / 1_000) : account.now();
        return { id: account.id, time, [place]: [body] };
      });
      if (proof === 'genuine' && account.troubles.take(['foreign']) !== undefined) entry.unshift(foreignEntry(account));
      const body = toGraphJson({ object: 'instagram', entry });
      return { url: account.hook.url, headers: graphSignature(body, account.appSecret, proof), body };
    },
    isTaken: ({ status }) => status === 200,
    onGivenUp: () => {
      account.subscribed = undefined;
      account.chats.tell();
    },
    answerLimitMs,
    retryDelayMs,
    giveUpAfterMs: unsubscribeAfterMs,
    troubles: account.troubles,
    complain: world.complain,
    signal: world.ended,
  });
}

/** An event of a thread: from the person, or, when its message is an echo, from the account. */
export function threadEvent(account: Account, person: Person, field: string, what: Fields): Event {
  const [us, them] = [{ id: account.id }, { id: person.id }];
  const isEcho = (what.message as Fields | undefined)?.is_echo === true;
  const ends = isEcho ? { sender: us, recipient: them } : { sender: them, recipient: us };
  return { place: 'messaging', field, body: { ...ends, timestamp: account.now(), ...what } };
}
