import { createHash, randomBytes } from 'node:crypto';
import { type Chats, createTroubles, type KeptFile, type Trouble, type Troubles } from '@trunkline/testkit/simulator';
import type { Comment } from './comments.ts';
import { chatBase, type Fields, limits, VkError, vkTroubles } from './types.ts';

/** One community with everything around it. */
export interface Community {
  readonly id: number;
  readonly name: string;
  readonly screenName: string;
  readonly token: string;
  readonly appId: string;
  readonly appSecret: string;
  readonly people: Map<number, Person>;
  readonly dialogs: Map<number, Dialog>;
  readonly files: Map<string, KeptFile>;
  /** What attachments may name: `photo-123_7`, with what it is. */
  readonly attachments: Map<string, Fields>;
  readonly presses: Map<string, { readonly peer: number; readonly atMs: number }>;
  /** By peer and random_id: the message that it made. */
  readonly sent: Map<string, { readonly message: Message; readonly atMs: number }>;
  readonly comments: Map<number, Comment>;
  /** Posts that nobody may comment on. */
  readonly closedPosts: Set<number>;
  readonly servers: Map<number, CallbackServer>;
  readonly pollSettings: Record<string, boolean>;
  readonly troubles: Troubles<keyof typeof vkTroubles>;
  readonly chats: Chats;
  readonly now: () => number;
  confirmationCode: string;
  isRevoked: boolean;
  isChatBot: boolean;
  lastId: number;
}

export interface Person {
  readonly id: number;
  readonly name: string;
  /** Whether they wrote to the community, or allowed messages. */
  isAllowed: boolean;
  access: 'open' | 'blacklisted' | 'private' | 'deleted';
}

/** A private dialog, or a chat with the community in it. */
export interface Dialog {
  readonly peer: number;
  title: string;
  readonly members: Set<number>;
  readonly messages: Map<number, Message>;
  lastCmid: number;
  /** True for a chat that the community made. */
  readonly isOurs?: boolean;
  /** The link by which people come. */
  link?: string;
}

/** A message as the platform keeps it. */
export interface Message extends Fields {
  readonly id: number;
  readonly peer_id: number;
  readonly from_id: number;
  readonly conversation_message_id: number;
  readonly date: number;
  readonly text: string;
}

export interface CallbackServer {
  readonly id: number;
  url: string;
  title: string;
  secret: string;
  status: 'unconfigured' | 'failed' | 'wait' | 'ok';
  settings: Record<string, boolean>;
}

export type VkTrouble = Trouble<keyof typeof vkTroubles>;

/** A new community that nobody has written to. */
export function createCommunity(names: Partial<Community>, chats: Chats, now: () => number): Community {
  return {
    id: 220_033,
    name: 'Shop',
    screenName: 'trunkline_shop',
    token: 'vk1.a.simulated-community-token',
    appId: '51700001',
    appSecret: 'simulated-app-secret',
    people: new Map(),
    dialogs: new Map(),
    files: new Map(),
    attachments: new Map(),
    presses: new Map(),
    sent: new Map(),
    comments: new Map(),
    closedPosts: new Set(),
    servers: new Map(),
    pollSettings: {},
    troubles: createTroubles(vkTroubles),
    chats,
    now,
    confirmationCode: newCode(),
    isRevoked: false,
    isChatBot: true,
    lastId: Math.floor(now() / 1_000) - 1_700_000_000,
    ...names,
  };
}

/** What the handshake has to say. */
export function newCode(): string {
  return randomBytes(4).toString('hex');
}

/** The next number of whatever gets one; it grows over a restart. */
export function nextId(community: Community): number {
  community.lastId += 1;
  return community.lastId;
}

/** A person by number. Throws VkError 113. */
export function personOf({ people }: Community, id: unknown): Person {
  const person = people.get(Number(id));
  if (person === undefined) throw new VkError(113);
  return person;
}

/** A dialog; a private one is opened by the first word. Throws VkError 917 for a chat that there is not. */
export function dialogOf(community: Community, peer: number): Dialog {
  const found = community.dialogs.get(peer);
  if (found !== undefined) return found;
  if (peer > chatBase) throw new VkError(917);
  const dialog: Dialog = {
    peer,
    title: '',
    members: new Set([peer]),
    messages: new Map(),
    lastCmid: community.lastId % 100_000,
  };
  community.dialogs.set(peer, dialog);
  return dialog;
}

/** Puts a message into a dialog; gives it its numbers. In chats its global number is 0. */
export function addMessage(community: Community, peer: number, from: number, content: Fields): Message {
  const dialog = dialogOf(community, peer);
  dialog.lastCmid += 1;
  const message: Message = {
    date: Math.floor(community.now() / 1_000),
    from_id: from,
    id: peer > chatBase ? 0 : nextId(community),
    out: from < 0 ? 1 : 0,
    version: dialog.lastCmid,
    attachments: [],
    conversation_message_id: dialog.lastCmid,
    fwd_messages: [],
    important: false,
    is_hidden: false,
    peer_id: peer,
    random_id: 0,
    text: '',
    ...content,
  };
  dialog.messages.set(dialog.lastCmid, message);
  return message;
}

/** Keeps bytes under an address that nobody guesses. */
export function keepFile(community: Community, file: KeptFile): string {
  const key = `${createHash('sha256').update(file.bytes).digest('hex').slice(0, 12)}${nextId(community)}`;
  community.files.set(key, file);
  return key;
}

/** Forgets what the platform no longer remembers. */
export function rememberedSend(community: Community, key: string): Message | undefined {
  const found = community.sent.get(key);
  return found !== undefined && community.now() - found.atMs < limits.randomIdMs ? found.message : undefined;
}
