import {
  createHookCaller,
  graphSignature,
  type HookCaller,
  type SimulatorWorld,
  toGraphJson,
} from '@trunkline/testkit/simulator';
import { foreignEntry, isOurs, type Page, type Person } from './page.ts';
import type { Event, Fields } from './types.ts';

/** How the hook is called. */
export interface HookTimes {
  /** The platform waits no longer; 20 s by default. */
  readonly answerLimitMs?: number | undefined;
  /** Pause after the first failure; it doubles. */
  readonly retryDelayMs?: number | undefined;
  /** After so long of failures the page is unsubscribed; an hour by default. */
  readonly unsubscribeAfterMs?: number | undefined;
}

const hourMs = 60 * 60_000;

/** Tells the app's hook what happens on the page; nobody, while the page is not subscribed to it. */
export function createHook(page: Page, world: SimulatorWorld, times: HookTimes): HookCaller<Event> {
  const { answerLimitMs = 20_000, retryDelayMs = 1_000, unsubscribeAfterMs = hourMs } = times;
  return createHookCaller<Event>({
    prepare: (all, { proof }) => {
      const events = all.filter(({ field }) => page.subscribed?.includes(field));
      if (page.hook === undefined || events.length === 0) return undefined;
      const entry: Fields[] = events.map(({ place, body }) => {
        const time = place === 'changes' ? Math.floor(page.now() / 1_000) : page.now();
        return { id: page.id, time, [place]: [body] };
      });
      if (proof === 'genuine' && page.troubles.take(['foreign']) !== undefined) entry.unshift(foreignEntry(page));
      const body = toGraphJson({ object: 'page', entry });
      return { url: page.hook.url, headers: graphSignature(body, page.appSecret, proof), body };
    },
    isTaken: ({ status }) => status === 200,
    onGivenUp: () => {
      page.subscribed = undefined;
      page.chats.tell();
    },
    answerLimitMs,
    retryDelayMs,
    giveUpAfterMs: unsubscribeAfterMs,
    troubles: page.troubles,
    complain: world.complain,
    signal: world.ended,
  });
}

/** An event of a thread: from the person, or, when it is an echo, from the page. */
export function threadEvent(page: Page, person: Person, field: string, what: Fields): Event {
  const isEcho = field === 'message_echoes';
  const [us, them] = [{ id: page.id }, { id: person.id }];
  const ends = isEcho ? { sender: us, recipient: them } : { sender: them, recipient: us };
  const isStandby = !isOurs(page, person) && field !== 'messaging_handovers';
  return {
    place: isStandby ? 'standby' : 'messaging',
    field: isStandby ? 'standby' : field,
    body: { ...ends, timestamp: page.now(), ...what },
  };
}

/** An event of the page's wall. */
export function feedEvent(value: Fields): Event {
  return { place: 'changes', field: 'feed', body: { field: 'feed', value } };
}
