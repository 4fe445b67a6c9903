import {
  type ClientSide,
  createChats,
  type DoubleRequest,
  fromBigJson,
  type MenuItem,
  type SimulatorOptions,
  startSimulator,
} from '@trunkline/testkit/simulator';
import { type Account, createAccount } from './account.ts';
import { type ApiCall, serveApi } from './api.ts';
import { createHook, type Event, type HookTimes, signatureOf } from './hook.ts';
import { createPeople } from './people.ts';
import { readMessage } from './read-message.ts';
import { deliver } from './send.ts';
import { createTrouble } from './trouble.ts';
import type { Fields } from './types.ts';

/** How a simulator starts. */
export interface ViberOptions extends SimulatorOptions, HookTimes {
  /** Id, address and token, where they should be others. */
  readonly account?: Partial<Pick<Account, 'id' | 'uri' | 'name' | 'token'>>;
}

const menu: readonly MenuItem[] = [
  {
    label: 'Open by a link…',
    action: 'start',
    ask: { field: 'payload', label: 'What the link carries', proposal: 'v-8F3K2' },
  },
  { label: 'Send a sticker', action: 'sendSticker' },
  { label: 'Share my place', action: 'shareLocation', given: { latitude: 55.7512, longitude: 37.6184 } },
  { label: 'Send a contact', action: 'shareContact', given: { name: 'Ivan', phone: '79990002233' } },
  { label: 'Read everything', action: 'read' },
  { label: 'Subscribe', action: 'subscribe' },
  { label: 'Unsubscribe', action: 'unsubscribe' },
];

/** Starts a simulated bot API with one bot. It keeps everything in memory. */
export async function createViberSimulator(options: ViberOptions = {}) {
  const { answerLimitMs = 5_000 } = options;
  return await startSimulator((world) => {
    const chats = createChats('Shop', world.now);
    const account = createAccount(options.account ?? {}, chats, world.now);
    const onWelcome = (event: Event, text: string) => {
      const person = account.people.get((event.user as { id: string }).id);
      if (person === undefined) return;
      try {
        deliver(account, hook, person, readMessage(fromBigJson(text) as Fields, { isWelcome: true }));
      } catch (error) {
        world.complain(`the welcome is not in order: ${error instanceof Error ? error.message : error}`);
      }
    };
    const hook = createHook(account, world, { ...options, onWelcome });
    const actions = { ...createPeople(account, hook, world.url), ...createTrouble(account, hook) };
    const calls: ApiCall[] = [];
    const parts = { account, hook, world, calls, answerLimitMs };
    const client: ClientSide = {
      id: account.uri,
      title: account.name,
      messenger: 'Viber',
      actions,
      menu,
      canReply: false,
      reactions: [],
      troubles: account.troubles,
      hookUrl: () => account.hook?.url,
      view: (chat) => chats.view(chat),
      changed: chats.changed,
      file: (id) => account.files.get(id),
    };
    return {
      ...actions,
      account,
      chats,
      calls,
      accounts: [client],
      answer: (request: DoubleRequest) => serveApi(parts, request),
      /** What a person sees of their chat with the bot. */
      view: (person: string) => client.view(person),
      /** Hook calls that are not yet taken. */
      waiting: () => hook.waiting(),
      /** Statuses that forged calls were answered with. */
      forged: hook.forged,
      /** Whether a signature is the platform's own over these bytes. */
      signs: (body: string, signature: string) => signatureOf(body, account.token) === signature,
    };
  }, options);
}
