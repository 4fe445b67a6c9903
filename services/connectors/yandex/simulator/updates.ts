import { createHookCaller, type SimulatorWorld, toBigJson } from '@trunkline/testkit/simulator';
import type { Bot } from './bot.ts';
import type { Fields, NewUpdate } from './types.ts';

/** How the hook is called. */
export interface HookTimes {
  /** The platform waits no longer; 10 s by default. */
  readonly answerLimitMs?: number | undefined;
  /** Pause after the first failure; it doubles. */
  readonly retryDelayMs?: number | undefined;
}

/** Where updates go: to the hook, or, while there is none, to whoever fetches. */
export interface Updates {
  push(update: NewUpdate): Fields;
  /** What waits from a number on; what is older is forgotten. */
  fetch(offset: number | undefined, limit: number): readonly Fields[];
  waiting(): number;
  redeliver(given: { count?: number }): number;
}

const hourMs = 60 * 60_000;
const waitingMax = 10_000;

/** Numbers updates and tells them. */
export function createUpdates(
  bot: Bot,
  { world, answerLimitMs = 10_000, retryDelayMs = 1_000 }: HookTimes & { readonly world: SimulatorWorld },
): Updates {
  let fetched: (Fields & { readonly update_id: number })[] = [];
  const caller = createHookCaller<Fields>({
    prepare: (updates) =>
      bot.hook === undefined ? undefined : { url: bot.hook, body: toBigJson({ ok: true, updates }) },
    isTaken: ({ status }) => status === 200,
    answerLimitMs,
    retryDelayMs,
    giveUpAfterMs: hourMs,
    troubles: bot.troubles,
    complain: world.complain,
    signal: world.ended,
  });
  return {
    push: (update) => {
      bot.lastUpdateId += 1;
      const numbered = { update_id: bot.lastUpdateId, ...update };
      if (bot.hook !== undefined) caller.push(numbered);
      else fetched = [...fetched, numbered].slice(-waitingMax);
      return numbered;
    },
    fetch: (offset = 0, limit) => {
      if (bot.hook !== undefined) return [];
      fetched = fetched.filter(({ update_id: id }) => id >= offset);
      return fetched.slice(0, limit);
    },
    waiting: () => caller.waiting(),
    redeliver: (given) => caller.redeliver(given),
  };
}
