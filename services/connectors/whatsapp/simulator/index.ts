import {
  type ClientSide,
  createChats,
  type DoubleRequest,
  graphSignature,
  type MenuItem,
  type SimulatorOptions,
  startSimulator,
} from '@trunkline/testkit/simulator';
import { type Account, createAccount } from './account.ts';
import { type ApiCall, serveApi } from './api.ts';
import { signupCode } from './connect.ts';
import { createGestures } from './gestures.ts';
import { createGroups } from './groups.ts';
import { createHook, type HookTimes } from './hook.ts';
import { createOwner } from './owner.ts';
import { createPace } from './pace.ts';
import { createPeople } from './people.ts';
import { createTelling } from './telling.ts';

/** How a simulator starts. */
export interface WhatsAppOptions extends SimulatorOptions, HookTimes {
  /** Ids, token and secret, where they should be others. */
  readonly account?: Partial<Pick<Account, 'appId' | 'appSecret' | 'wabaId' | 'phoneNumberId' | 'phone' | 'token'>>;
  /** Whether the platform's rates are kept; true by default. */
  readonly isPaced?: boolean;
}

const menu: readonly MenuItem[] = [
  {
    label: 'Share my place',
    action: 'shareLocation',
    given: { latitude: 55.7512, longitude: 37.6184, name: 'Office' },
  },
  { label: 'Send a contact', action: 'shareContact', given: { name: 'Ivan P', phone: '+79990002233' } },
  { label: 'Read everything', action: 'read' },
  {
    label: 'Change my last message…',
    action: 'edit',
    about: 'own',
    ask: { field: 'text', label: 'New text', proposal: 'Hello!' },
  },
  { label: 'Take my last message back', action: 'revoke', about: 'own' },
  { label: 'Block the shop', action: 'block' },
  { label: 'Let the shop in again', action: 'unblock' },
  { label: 'A day passes: the window closes', action: 'closeWindow' },
  {
    label: 'The shop answers from its telephone…',
    action: 'ownerWrites',
    ask: { field: 'text', label: 'Text', proposal: 'I am on my way' },
  },
];

/** Starts a simulated Cloud API with one business number. It keeps everything in memory. */
export async function createWhatsAppSimulator(options: WhatsAppOptions = {}) {
  return await startSimulator((world) => {
    const chats = createChats('Shop', world.now);
    const account = createAccount(options.account ?? {}, chats, world.now);
    const hook = createHook(account, world, options);
    const groups = createGroups(account, hook);
    const telling = createTelling(account, hook);
    const people = createPeople(account, telling, { groups, url: world.url });
    const gestures = createGestures(account, hook, telling);
    const owner = createOwner(account, hook);
    const calls: ApiCall[] = [];
    const parts = { account, groups, world, calls, hook, pace: createPace(account, options.isPaced ?? true) };
    const actions = { ...people, ...gestures, ...owner };
    const client: ClientSide = {
      id: account.phoneNumberId,
      title: 'Shop',
      messenger: 'WhatsApp',
      actions,
      menu,
      canReply: true,
      reactions: ['👍', '❤️', '😂', '😮', '😢', '🙏'],
      troubles: account.troubles,
      hookUrl: () => (account.isSubscribed ? (account.accountHook ?? account.appHook)?.url : undefined),
      view: (chat) => chats.view(chat, placesOf(account, chat)),
      changed: chats.changed,
      file: (id) => account.media.get(id),
    };
    return {
      ...actions,
      account,
      chats,
      calls,
      signupCode,
      accounts: [client],
      answer: (request: DoubleRequest) => serveApi(parts, request),
      /** What a person sees of their chat with the number. */
      view: (person: string) => client.view(person),
      /** Hook calls that are not yet taken. */
      waiting: () => hook.waiting(),
      /** Statuses that forged calls were answered with. */
      forged: hook.forged,
      /** Whether a signature is the platform's own over these bytes. */
      signs: (body: string, signature: string) =>
        graphSignature(body, account.appSecret, 'genuine')['x-hub-signature-256'] === signature,
    };
  }, options);
}

function placesOf({ groups }: Account, person: string): { id: string; title: string }[] {
  return [...groups.values()]
    .filter(({ members }) => members.has(person))
    .map(({ id, subject }) => ({ id, title: subject }));
}
