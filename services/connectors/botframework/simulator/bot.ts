import { randomBytes } from 'node:crypto';
import { type Chats, createTroubles, type KeptFile, type Trouble, type Troubles } from '@trunkline/testkit/simulator';
import { type Activity, botTroubles, ServiceError } from './types.ts';

/** One registered bot with the people around it, in every channel. */
export interface Bot {
  readonly appId: string;
  readonly secret: string;
  readonly name: string;
  readonly tenantId: string;
  readonly people: Map<string, Person>;
  readonly conversations: Map<string, Conversation>;
  readonly files: Map<string, KeptFile & { readonly isPublic: boolean }>;
  /** Tokens that were given out, and until when they are good. */
  readonly tokens: Map<string, number>;
  readonly troubles: Troubles<keyof typeof botTroubles>;
  readonly chats: Chats;
  readonly now: () => number;
  hook: string | undefined;
  isRevoked: boolean;
  lastId: number;
}

/** A person as one channel knows them. */
export interface Person {
  readonly id: string;
  readonly name: string;
  readonly channel: string;
  /** Their own conversation with the bot. */
  readonly conversation: string;
}

export interface Conversation {
  readonly id: string;
  readonly channel: string;
  readonly type: 'personal' | 'groupChat' | 'channel';
  title: string;
  readonly members: Set<string>;
  readonly activities: Map<string, Activity>;
  /** When the bot wrote there, lately. */
  readonly recent: number[];
  isBotThere: boolean;
}

export type BotTrouble = Trouble<keyof typeof botTroubles>;

/** A new bot that nobody has written to. */
export function createBot(names: Partial<Bot>, chats: Chats, now: () => number): Bot {
  return {
    appId: '3f7c1f0e-5a0b-4a7e-9a3f-2b6c9d1e4f50',
    secret: 'simulated-client-secret',
    name: 'ShopBot',
    tenantId: '9b2f0c1d-7e6a-4c3b-8d5f-1a2b3c4d5e6f',
    people: new Map(),
    conversations: new Map(),
    files: new Map(),
    tokens: new Map(),
    troubles: createTroubles(botTroubles),
    chats,
    now,
    hook: undefined,
    isRevoked: false,
    lastId: 0,
    ...names,
  };
}

/** The bot's id in a channel. */
export function botIdIn({ appId }: Bot, channel: string): string {
  return channel === 'msteams' ? `28:${appId}` : `${appId}@${channel}`;
}

/** An activity's id: the time, and never the same twice. */
export function newActivityId(bot: Bot): string {
  bot.lastId = Math.max(bot.lastId + 1, bot.now());
  return String(bot.lastId);
}

/** A person by id. Throws when there is none. */
export function personOf({ people }: Bot, id: string): Person {
  const person = people.get(id);
  if (person === undefined) throw new Error('there is no such person');
  return person;
}

/** A conversation that the bot may write to. Throws ServiceError. */
export function conversationOf({ conversations }: Bot, id: string): Conversation {
  const conversation = conversations.get(id);
  if (conversation === undefined) throw new ServiceError(404, 'ConversationNotFound', 'Conversation not found.');
  if (!conversation.isBotThere) {
    throw new ServiceError(403, 'BotNotInConversationRoster', 'The bot is not part of the conversation roster.');
  }
  return conversation;
}

/** Opens a conversation. */
export function openConversation(bot: Bot, { channel, type, title = '', members }: Opened): Conversation {
  const key = randomBytes(12).toString('base64url');
  const id = channel === 'msteams' ? `${type === 'personal' ? 'a:1' : '19:'}${key}` : `${channel}-${key}`;
  const conversation: Conversation = {
    ...{ id, channel, type, title, members: new Set(members), activities: new Map(), recent: [], isBotThere: true },
  };
  bot.conversations.set(id, conversation);
  if (title !== '') bot.chats.of(id).title = title;
  return conversation;
}

interface Opened {
  readonly channel: string;
  readonly type: Conversation['type'];
  readonly title?: string;
  readonly members: readonly string[];
}

/** Keeps a file; a public one needs no token. */
export function keepFile(bot: Bot, file: KeptFile, isPublic: boolean): string {
  const id = randomBytes(12).toString('base64url');
  bot.files.set(id, { ...file, isPublic });
  return id;
}

/** Where the chat of a conversation is shown: a personal one under its person. */
export function chatOf({ people }: Bot, { id, type, members }: Conversation): string {
  const [only = ''] = members;
  return type === 'personal' && people.has(only) ? only : id;
}
