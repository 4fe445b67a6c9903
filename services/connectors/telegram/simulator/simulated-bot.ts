import type { ServedBot } from './api-server.ts';
import { type Bot, createBot } from './bot.ts';
import type { SlowAnswer } from './deliver.ts';
import { groups } from './groups.ts';
import { people } from './people.ts';
import { press } from './press.ts';
import { readScreen, type Screen } from './screen.ts';
import { trouble } from './trouble.ts';
import type { Call, User } from './types.ts';

/** Everything that people do, and that goes wrong, by name: what a test calls and what the page calls. */
export const actions = { ...people, ...groups, press, ...trouble };

type Actions = typeof actions;
type Bound = {
  readonly [Name in keyof Actions]: Parameters<Actions[Name]> extends [Bot, ...infer Given]
    ? (...given: Given) => ReturnType<Actions[Name]>
    : never;
};

/** One bot on the simulated platform, with the people around it. */
export interface SimulatedBot extends Bound, ServedBot {
  readonly state: Bot;
  readonly token: string;
  readonly user: User;
  /** What a person sees of a chat. */
  screen(chat: number): Screen;
  /** Queues an update as text, with "<update_id>" where its number belongs: for ids that a number cannot hold. */
  rawText(text: string): void;
  /** Calls the hook as somebody else would, with this secret or none; tells the status that it answered. */
  forge(body: string, secret?: string): Promise<number>;
  /** How many updates wait. */
  waitingUpdates(): number;
  /** Every call of a method so far, or of one method. */
  callsOf(method?: string): readonly Call[];
  /** Hook calls that were answered too late. */
  readonly slowAnswers: readonly SlowAnswer[];
}

/** A bot that nobody has written to yet. */
export function simulateBot(names: { token: string; username: string }, now: () => number): SimulatedBot {
  const bot = createBot(names, now);
  const calls: Call[] = [];
  return {
    ...bind(bot),
    bot,
    state: bot,
    token: bot.token,
    user: bot.user,
    polling: { current: undefined },
    calls,
    slowAnswers: [],
    screen: (chat) => readScreen(bot, chat),
    rawText: (text) => {
      bot.updates.pushText(text);
    },
    forge: (body, secret) => forge(bot, body, secret),
    waitingUpdates: () => bot.updates.waiting().length,
    callsOf: (method) => calls.filter((call) => method === undefined || call.method === method),
  };
}

function bind(bot: Bot): Bound {
  const bound = Object.entries(actions).map(([name, action]) => {
    const act = action as (of: Bot, ...given: unknown[]) => unknown;
    return [name, (...given: unknown[]) => act(bot, ...given)];
  });
  return Object.fromEntries(bound) as Bound;
}

async function forge({ hook }: Bot, body: string, secret: string | undefined): Promise<number> {
  if (hook === undefined) throw new Error('the bot has no hook');
  const proof = secret === undefined ? {} : { 'x-telegram-bot-api-secret-token': secret };
  const headers = { 'content-type': 'application/json', ...proof };
  const response = await fetch(hook.url, { method: 'POST', headers, body });
  await response.arrayBuffer();
  return response.status;
}
