import {
  type ClientSide,
  createChats,
  type DoubleRequest,
  type MenuItem,
  type SimulatorOptions,
  startSimulator,
} from '@trunkline/testkit/simulator';
import { type ApiCall, serveApi } from './api.ts';
import { createEvents, type HookTimes } from './callback.ts';
import { createCommenting } from './commenting.ts';
import { chatOf } from './comments.ts';
import { type Community, createCommunity } from './community.ts';
import { createGestures } from './gestures.ts';
import { createPeople } from './people.ts';
import { createTrouble } from './trouble.ts';
import { reactionsShown } from './types.ts';

/** How a simulator starts. */
export interface VkOptions extends SimulatorOptions, HookTimes {
  /** Ids, token and secret, where they should be others. */
  readonly community?: Partial<Pick<Community, 'id' | 'name' | 'screenName' | 'token' | 'appId' | 'appSecret'>>;
  /** Whether the platform's rate is kept; true by default. */
  readonly isPaced?: boolean;
}

const menu: readonly MenuItem[] = [
  {
    label: 'Start by a link…',
    action: 'start',
    ask: { field: 'payload', label: 'What the link carries', proposal: 'v-8F3K2' },
  },
  { label: 'Share my place', action: 'shareLocation', given: { latitude: 55.7512, longitude: 37.6184 } },
  {
    label: 'Change my last message…',
    action: 'edit',
    about: 'own',
    ask: { field: 'text', label: 'New text', proposal: 'Hello!' },
  },
  { label: 'Read everything', action: 'read' },
  { label: 'Be typing', action: 'typing' },
  {
    label: 'Comment under a post…',
    action: 'comment',
    ask: { field: 'text', label: 'Comment', proposal: 'How much?' },
  },
  {
    label: 'The shop comments from its own page…',
    action: 'ownerComments',
    ask: { field: 'text', label: 'Comment', proposal: 'We are open till 9' },
  },
  {
    label: 'Make a chat with the shop…',
    action: 'createChat',
    ask: { field: 'title', label: 'Title', proposal: 'Order 17' },
  },
  { label: 'Forbid messages', action: 'deny' },
  { label: 'Allow messages', action: 'allow' },
  {
    label: 'The shop answers from its own page…',
    action: 'ownerWrites',
    ask: { field: 'text', label: 'Text', proposal: 'I am on my way' },
  },
];

/** Starts a simulated VK with one community: API, Callback API, Long Poll, uploads. It keeps everything in memory. */
export async function createVkSimulator(options: VkOptions = {}) {
  return await startSimulator((world) => {
    const chats = createChats(options.community?.name ?? 'Shop', world.now);
    const community = createCommunity(options.community ?? {}, chats, world.now);
    const events = createEvents(community, world, options);
    const { say, ...people } = createPeople(community, events, world.url);
    const gestures = createGestures(community, events, say);
    const commenting = createCommenting(community, events);
    const actions = { ...people, ...gestures, ...commenting, ...createTrouble(community, events) };
    const calls: ApiCall[] = [];
    const parts = {
      community,
      events,
      world,
      calls,
      poll: { expired: 0 },
      url: world.url,
      isPaced: options.isPaced ?? true,
    };
    const client: ClientSide = {
      id: String(community.id),
      title: community.name,
      messenger: 'VK',
      actions,
      menu,
      canReply: true,
      reactions: reactionsShown.slice(0, 4),
      troubles: community.troubles,
      hookUrl: () => [...community.servers.values()].find(({ status }) => status === 'ok')?.url,
      view: (chat) => chats.view(chat, placesOf(community, chat)),
      changed: chats.changed,
      file: (id) => community.files.get(id),
    };
    return {
      ...actions,
      community,
      chats,
      calls,
      accounts: [client],
      answer: (request: DoubleRequest) => serveApi(parts, request),
      /** What a person sees of their dialog with the community, or of a chat by its peer. */
      view: (peer: number | string) => client.view(String(peer)),
      /** Hook calls that are not yet taken. */
      waiting: () => events.waiting(),
      /** Statuses that forged calls were answered with. */
      forged: () => events.forged(),
    };
  }, options);
}

function placesOf({ dialogs, comments }: Community, person: string): { id: string; title: string }[] {
  const chats = [...dialogs.values()]
    .filter(({ peer, members }) => String(peer) !== person && members.has(Number(person)))
    .map(({ peer, title }) => ({ id: String(peer), title }));
  const threads = [...comments.values()].filter(({ from }) => String(from) === person).map(chatOf);
  return [...chats, ...[...new Set(threads)].map((id) => ({ id, title: 'Comments' }))];
}
