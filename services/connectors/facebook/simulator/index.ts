import {
  type ClientSide,
  createChats,
  type DoubleRequest,
  graphSignature,
  type MenuItem,
  type SimulatorOptions,
  startSimulator,
} from '@trunkline/testkit/simulator';
import { type ApiCall, serveApi } from './api.ts';
import { createCommenting } from './commenting.ts';
import { createHook, type HookTimes } from './hook.ts';
import { createOwner } from './owner.ts';
import { createPage, type Page } from './page.ts';
import { createPeople } from './people.ts';

/** How a simulator starts. */
export interface FacebookOptions extends SimulatorOptions, HookTimes {
  /** Ids, tokens and secret, where they should be others. */
  readonly page?: Partial<Pick<Page, 'id' | 'name' | 'token' | 'userToken' | 'appId' | 'appSecret' | 'needsProof'>>;
  /** Whether the platform's rates are kept; true by default. */
  readonly isPaced?: boolean;
}

const dot = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
const menu: readonly MenuItem[] = [
  {
    label: 'Open by a link…',
    action: 'start',
    ask: { field: 'payload', label: 'What the link carries', proposal: 'v-8F3K2' },
  },
  { label: 'Send a sticker', action: 'attach', given: { kind: 'sticker', mimeType: 'image/png', base64: dot } },
  {
    label: 'Share a link…',
    action: 'sendLink',
    ask: { field: 'url', label: 'Address', proposal: 'https://a.example' },
  },
  {
    label: 'Change my last message…',
    action: 'edit',
    about: 'own',
    ask: { field: 'text', label: 'New text', proposal: 'Hello!' },
  },
  { label: 'Read everything', action: 'read' },
  {
    label: 'Comment under a post…',
    action: 'comment',
    ask: { field: 'text', label: 'Comment', proposal: 'How much?' },
  },
  { label: 'A day passes: the window closes', action: 'pass' },
  { label: 'Block the page', action: 'block' },
  { label: 'Let the page in again', action: 'unblock' },
  {
    label: 'The shop answers from its inbox…',
    action: 'ownerWrites',
    ask: { field: 'text', label: 'Text', proposal: 'I am on my way' },
  },
  { label: 'The inbox takes the thread', action: 'takeThread' },
  { label: 'The inbox gives the thread back', action: 'giveThread' },
];

/** Starts a simulated Messenger Platform with one page, its comments too. It keeps everything in memory. */
export async function createFacebookSimulator(options: FacebookOptions = {}) {
  return await startSimulator((world) => {
    const chats = createChats(options.page?.name ?? 'Shop', world.now);
    const page = createPage(options.page ?? {}, chats, world.now);
    const hook = createHook(page, world, options);
    const people = createPeople(page, hook, world.url);
    const actions = { ...people, ...createCommenting(page, hook), ...createOwner(page, hook) };
    const calls: ApiCall[] = [];
    const parts = { page, hook, world, calls, isPaced: options.isPaced ?? true, recent: [] };
    const client: ClientSide = {
      id: page.id,
      title: page.name,
      messenger: 'Messenger',
      actions,
      menu,
      canReply: true,
      reactions: ['❤', '👍', '😆'],
      troubles: page.troubles,
      hookUrl: () => (page.subscribed === undefined ? undefined : page.hook?.url),
      view: (chat) => chats.view(chat, placesOf(page, chat)),
      changed: chats.changed,
      file: (id) => page.files.get(id),
    };
    return {
      ...actions,
      page,
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
        graphSignature(body, page.appSecret, 'genuine')['x-hub-signature-256'] === signature,
    };
  }, options);
}

function placesOf({ comments }: Page, person: string): { id: string; title: string }[] {
  return [...comments.values()]
    .filter(({ from, parentId, postId }) => from.id === person && parentId === postId)
    .map(({ id, message }) => ({ id, title: `Comment: ${message.slice(0, 20)}` }));
}
