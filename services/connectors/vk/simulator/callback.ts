import { createHash } from 'node:crypto';
import { createHookCaller, type HookCaller, type SimulatorWorld } from '@trunkline/testkit/simulator';
import { type CallbackServer, type Community, nextId } from './community.ts';
import type { Fields } from './types.ts';

/** How hooks are called. */
export interface HookTimes {
  /** The platform waits no longer; 10 s by default. */
  readonly answerLimitMs?: number | undefined;
  /** Pause after the first failure; it doubles. */
  readonly retryDelayMs?: number | undefined;
  /** After so long of failures a server is no longer called; an hour by default. */
  readonly giveUpAfterMs?: number | undefined;
}

/** One event, the same for every server and for the long poll. */
export interface VkEvent extends Fields {
  readonly type: string;
  readonly event_id: string;
}

/** Where events go. */
export interface Events {
  /** Tells what happened: to the servers and polls that want it. */
  tell(type: string, object: Fields): void;
  /** Asks a server for the confirmation code, and says what came of it in its status. */
  confirm(server: CallbackServer): Promise<void>;
  /** Everything told so far, for polls: the place of the first, and the list. */
  readonly history: { first: number; readonly events: VkEvent[] };
  waiting(): number;
  redeliver(given: { count?: number }): number;
  forged(): readonly number[];
}

const retryAfterMaxMs = 3 * 60 * 60_000;
const rememberedMax = 1_000;

/** Tells servers and polls of a community what happens. */
export function createEvents(community: Community, world: SimulatorWorld, times: HookTimes): Events {
  const { answerLimitMs = 10_000, retryDelayMs = 1_000, giveUpAfterMs = 60 * 60_000 } = times;
  const callers = new Map<number, HookCaller<VkEvent>>();
  const history = { first: nextId(community), events: [] as VkEvent[] };

  function callerOf(server: CallbackServer): HookCaller<VkEvent> {
    const found = callers.get(server.id);
    if (found !== undefined) return found;
    const caller = createHookCaller<VkEvent>({
      prepare: ([event], { proof, retries }) => {
        if (event === undefined || server.status !== 'ok' || !community.servers.has(server.id)) return undefined;
        const secret =
          proof === 'none' || server.secret === '' ? {} : { secret: proof === 'wrong' ? 'wrong' : server.secret };
        const headers: Record<string, string> = retries === 0 ? {} : { 'x-retry-counter': String(retries) };
        return { url: server.url, headers, body: JSON.stringify({ ...event, ...secret }) };
      },
      isTaken: ({ status, text }) => status === 200 && text.trim() === 'ok',
      retryAfterMs: ({ status, headers }) => {
        const seconds = Number(headers.get('retry-after'));
        return [410, 429, 503].includes(status) && seconds > 0 ? Math.min(seconds * 1_000, retryAfterMaxMs) : undefined;
      },
      onGivenUp: () => {
        server.status = 'failed';
      },
      answerLimitMs,
      retryDelayMs,
      giveUpAfterMs,
      troubles: community.troubles,
      complain: world.complain,
      signal: world.ended,
    });
    callers.set(server.id, caller);
    return caller;
  }

  async function confirm(server: CallbackServer): Promise<void> {
    server.status = 'wait';
    const secret = server.secret === '' ? {} : { secret: server.secret };
    const body = JSON.stringify({ type: 'confirmation', group_id: community.id, ...secret });
    const headers = { 'content-type': 'application/json' };
    const signal = AbortSignal.any([world.ended, AbortSignal.timeout(answerLimitMs)]);
    const said = await fetch(server.url, { method: 'POST', redirect: 'manual', headers, body, signal }).then(
      async (response) => (response.status === 200 ? await response.text() : ''),
      () => '',
    );
    server.status = said === community.confirmationCode ? 'ok' : 'failed';
  }

  return {
    history,
    confirm,
    tell: (type, object) => {
      const event_id = createHash('sha1')
        .update(`${type}${nextId(community)}`)
        .digest('hex');
      const event = { group_id: community.id, type, event_id, v: '5.199', object };
      for (const server of community.servers.values()) if (server.settings[type] === true) callerOf(server).push(event);
      if (community.pollSettings[type] !== true) return;
      history.events.push(event);
      if (history.events.length > rememberedMax) history.first += history.events.splice(0, 1).length;
      community.chats.tell();
    },
    waiting: () => [...callers.values()].reduce((sum, caller) => sum + caller.waiting(), 0),
    redeliver: (given) => [...callers.values()].reduce((sum, caller) => sum + caller.redeliver(given), 0),
    forged: () => [...callers.values()].flatMap(({ forged }) => [...forged]),
  };
}
