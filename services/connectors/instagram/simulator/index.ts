import {
  type ClientSide,
  createChats,
  type DoubleRequest,
  graphSignature,
  type MenuItem,
  type SimulatorOptions,
  startSimulator,
} from '@trunkline/testkit/simulator';
import { type Account, createAccount, fileAt } from './account.ts';
import { type ApiCall, serveApi } from './api.ts';
import { createHook, type HookTimes } from './hook.ts';
import { createOwner } from './owner.ts';
import { createPeople } from './people.ts';
import { fetchFile, type Sending } from './send.ts';

/** How a simulator starts. */
export interface InstagramOptions extends SimulatorOptions, HookTimes {
  /** Ids, tokens and secret, where they should be others. */
  readonly account?: Partial<
    Pick<Account, 'id' | 'username' | 'token' | 'pageId' | 'pageToken' | 'appId' | 'appSecret' | 'needsProof'>
  >;
  /** Whether the platform's rates are kept; true by default. */
  readonly isPaced?: boolean;
  /** How a file at an address is fetched, where there is none to be reached. */
  readonly fetchFile?: Sending['fetchFile'];
}

const dot = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
const menu: readonly MenuItem[] = [
  {
    label: 'Open by a link…',
    action: 'start',
    ask: { field: 'payload', label: 'What the link carries', proposal: 'v-8F3K2' },
  },
  { label: 'Answer a story…', action: 'answerStory', ask: { field: 'text', label: 'Text', proposal: 'nice' } },
  {
    label: 'Mention the shop in a story',
    action: 'attach',
    given: { kind: 'story_mention', mimeType: 'image/png', base64: dot },
  },
  { label: 'Take my last message back', action: 'unsend', about: 'own' },
  { label: 'Read everything', action: 'read' },
  { label: 'Comment under a post…', action: 'comment', ask: { field: 'text', label: 'Comment', proposal: 'Price?' } },
  { label: 'A day passes: the window closes', action: 'pass' },
  { label: 'Block the shop', action: 'block' },
  { label: 'Let the shop in again', action: 'unblock' },
  {
    label: 'The shop answers from its telephone…',
    action: 'ownerWrites',
    ask: { field: 'text', label: 'Text', proposal: 'I am on my way' },
  },
];

/** Starts a simulated Instagram with one professional account: messages, comments, both ways in. It keeps everything in memory. */
export async function createInstagramSimulator(options: InstagramOptions = {}) {
  return await startSimulator((world) => {
    const chats = createChats('Shop', world.now);
    const account = createAccount(options.account ?? {}, chats, world.now);
    const hook = createHook(account, world, options);
    const actions = { ...createPeople(account, hook, world.url), ...createOwner(account, hook) };
    const calls: ApiCall[] = [];
    const parts = {
      account,
      hook,
      world,
      calls,
      isPaced: options.isPaced ?? true,
      fetchFile: options.fetchFile ?? fetchFile,
      recent: { messages: [], replies: [] },
    };
    const client: ClientSide = {
      id: account.id,
      title: account.username,
      messenger: 'Instagram',
      actions,
      menu,
      canReply: true,
      reactions: ['❤', '😂', '😮'],
      troubles: account.troubles,
      hookUrl: () => (account.subscribed === undefined ? undefined : account.hook?.url),
      view: (chat) => chats.view(chat, placesOf(account, chat)),
      changed: chats.changed,
      file: (id) => fileAt(account, id),
    };
    return {
      ...actions,
      account,
      chats,
      calls,
      accounts: [client],
      answer: (request: DoubleRequest) => serveApi(parts, request),
      /** What a person sees of their thread, or of a comment with its answers. */
      view: (chat: string) => client.view(chat),
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

function placesOf({ comments }: Account, person: string): { id: string; title: string }[] {
  return [...comments.values()]
    .filter(({ from, parentId }) => from.id === person && parentId === undefined)
    .map(({ id, text }) => ({ id, title: `Comment: ${text.slice(0, 20)}` }));
}
