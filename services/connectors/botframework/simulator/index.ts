import {
  type ClientSide,
  createChats,
  type DoubleRequest,
  type MenuItem,
  type SimulatorOptions,
  startSimulator,
} from '@trunkline/testkit/simulator';
import { type ApiCall, serveApi } from './api.ts';
import { type Bot, createBot } from './bot.ts';
import { createGestures } from './gestures.ts';
import { createHook, type HookTimes } from './hook.ts';
import { createPeople } from './people.ts';
import { createTalking } from './talking.ts';
import { createSigningKeys } from './tokens.ts';
import { createTrouble } from './trouble.ts';

/** How a simulator starts. */
export interface BotFrameworkOptions extends SimulatorOptions, HookTimes {
  /** Id and secret, where they should be others. */
  readonly bot?: Partial<Pick<Bot, 'appId' | 'secret' | 'name' | 'tenantId'>>;
  /** Whether the rates of Teams are kept; true by default. */
  readonly isPaced?: boolean;
}

const menu: readonly MenuItem[] = [
  {
    label: 'Change my last message…',
    action: 'edit',
    about: 'own',
    ask: { field: 'text', label: 'New text', proposal: 'Hello!' },
  },
  { label: 'Delete my last message', action: 'deleteMessage', about: 'own' },
  { label: 'Read everything', action: 'read' },
  { label: 'Be typing', action: 'typing' },
  {
    label: 'Make a group with the bot…',
    action: 'createGroup',
    ask: { field: 'title', label: 'Title', proposal: 'Order 17' },
  },
  { label: 'Remove the bot', action: 'uninstall' },
  { label: 'Add the bot again', action: 'start' },
];

/** Starts a simulated Azure Bot Service with one bot: sign-in, keys, connector service. It keeps everything in memory. */
export async function createBotFrameworkSimulator(options: BotFrameworkOptions = {}) {
  const keys = createSigningKeys();
  return await startSimulator((world) => {
    const chats = createChats(options.bot?.name ?? 'ShopBot', world.now);
    const bot = createBot(options.bot ?? {}, chats, world.now);
    const hook = createHook(bot, keys, { ...options, world });
    const serviceUrl = () => `${world.url()}/emea/`;
    const talking = createTalking(bot, hook, serviceUrl);
    const actions = {
      person: talking.person,
      ...createPeople(bot, talking, world.url),
      ...createGestures(bot, hook, talking),
      ...createTrouble(bot, hook, keys),
    };
    const calls: ApiCall[] = [];
    const parts = { bot, keys, world, calls, isPaced: options.isPaced ?? true };
    const client: ClientSide = {
      id: bot.appId,
      title: bot.name,
      messenger: 'Teams (Bot Framework)',
      actions,
      menu,
      canReply: true,
      reactions: ['👍', '❤', '😆'],
      troubles: bot.troubles,
      hookUrl: () => bot.hook,
      view: (chat) => chats.view(chat, placesOf(bot, chat)),
      changed: chats.changed,
      file: (id) => bot.files.get(id),
    };
    return {
      ...actions,
      bot,
      chats,
      calls,
      accounts: [client],
      answer: (request: DoubleRequest) => serveApi(parts, request),
      /** Where activities say that answers go. */
      serviceUrl,
      /** What a person sees of their conversation with the bot, or of a group by its id. */
      view: (chat: string) => client.view(chat),
      /** Hook calls that are not yet taken. */
      waiting: () => hook.waiting(),
      /** Statuses that forged calls were answered with. */
      forged: () => hook.forged(),
    };
  }, options);
}

function placesOf({ conversations }: Bot, person: string): { id: string; title: string }[] {
  return [...conversations.values()]
    .filter(({ type, members }) => type !== 'personal' && members.has(person))
    .map(({ id, title }) => ({ id, title }));
}
