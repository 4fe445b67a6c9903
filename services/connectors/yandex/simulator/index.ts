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
import { createPeople } from './people.ts';
import { createUpdates, type HookTimes } from './updates.ts';

/** How a simulator starts. */
export interface YandexOptions extends SimulatorOptions, HookTimes {
  /** Id, login and token, where they should be others. */
  readonly bot?: Partial<Pick<Bot, 'id' | 'login' | 'name' | 'token' | 'organization'>>;
}

const menu: readonly MenuItem[] = [
  { label: 'Send a sticker', action: 'sendSticker' },
  {
    label: 'Make a group with the bot…',
    action: 'createGroup',
    ask: { field: 'title', label: 'Title', proposal: 'Order 17' },
  },
  { label: 'Remove the bot', action: 'removeBot' },
];

/** Starts a simulated Yandex Messenger with one bot. It keeps everything in memory. */
export async function createYandexSimulator(options: YandexOptions = {}) {
  return await startSimulator((world) => {
    const chats = createChats(options.bot?.name ?? 'Shop bot', world.now);
    const bot = createBot(options.bot ?? {}, chats, world.now);
    const updates = createUpdates(bot, { ...options, world });
    const actions = createPeople(bot, updates);
    const calls: ApiCall[] = [];
    const parts = { bot, updates, world, calls };
    const client: ClientSide = {
      id: bot.id,
      title: bot.name,
      messenger: 'Yandex Messenger',
      actions,
      menu,
      canReply: true,
      reactions: [],
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
      /** What a person sees of their chat with the bot, or of a group by its id. */
      view: (chat: string) => client.view(chat),
      /** Hook calls that are not yet taken. */
      waiting: () => updates.waiting(),
    };
  }, options);
}

function placesOf({ rooms }: Bot, person: string): { id: string; title: string }[] {
  return [...rooms.values()]
    .filter(({ type, members }) => type !== 'private' && members.has(person))
    .map(({ id, title }) => ({ id, title }));
}
