import { randomUUID } from 'node:crypto';
import { type Chats, createTroubles, type KeptFile, type Trouble, type Troubles } from '@trunkline/testkit/simulator';
import { BotError, yandexTroubles } from './types.ts';

/** One bot of an organization, with its people and chats. */
export interface Bot {
  readonly id: string;
  readonly login: string;
  readonly name: string;
  readonly token: string;
  readonly organization: number;
  /** By login. */
  readonly people: Map<string, Person>;
  readonly rooms: Map<string, Room>;
  readonly files: Map<string, KeptFile>;
  /** By chat and payload_id: the message that it made. */
  readonly sent: Map<string, bigint>;
  readonly troubles: Troubles<keyof typeof yandexTroubles>;
  readonly chats: Chats;
  readonly now: () => number;
  hook: string | undefined;
  isRevoked: boolean;
  lastMessageId: bigint;
  lastUpdateId: number;
}

export interface Person {
  readonly login: string;
  readonly id: string;
  readonly name: string;
  /** Their own chat with the bot. */
  readonly chat: string;
}

export interface Room {
  readonly id: string;
  readonly type: 'private' | 'group' | 'channel';
  readonly title: string;
  readonly description: string;
  readonly members: Set<string>;
  isBotThere: boolean;
}

export type YandexTrouble = Trouble<keyof typeof yandexTroubles>;

/** A new bot that nobody has written to. Its numbers begin where the time stands. */
export function createBot(names: Partial<Bot>, chats: Chats, now: () => number): Bot {
  return {
    id: '6f1c2a3e-0d4b-4c5a-9e8f-7a6b5c4d3e2f',
    login: 'bot@company.ru',
    name: 'Shop bot',
    token: 'y0_simulated-bot-token',
    organization: 567_890,
    people: new Map(),
    rooms: new Map(),
    files: new Map(),
    sent: new Map(),
    troubles: createTroubles(yandexTroubles),
    chats,
    now,
    hook: undefined,
    isRevoked: false,
    lastMessageId: 0n,
    lastUpdateId: Math.floor(now() / 1_000) - 1_700_000_000,
    ...names,
  };
}

/** The next message's number: microseconds, and above 2^53 of digits that a number holds. */
export function nextMessageId(bot: Bot): bigint {
  const byTime = BigInt(bot.now()) * 10_000n;
  bot.lastMessageId = byTime > bot.lastMessageId ? byTime + 5n : bot.lastMessageId + 1n;
  return bot.lastMessageId;
}

/** A person by login. Throws when there is none. */
export function personOf({ people }: Bot, login: string): Person {
  const person = people.get(login);
  if (person === undefined) throw new Error('there is no such person');
  return person;
}

/** Opens a chat. */
export function openRoom(bot: Bot, { type, title = '', description = '', members }: Opened): Room {
  const id = type === 'private' ? `0/0/${randomUUID()}` : `0/${bot.organization}/${randomUUID()}`;
  const room: Room = { id, type, title, description, members: new Set(members), isBotThere: true };
  bot.rooms.set(id, room);
  if (title !== '') bot.chats.of(id).title = title;
  return room;
}

interface Opened {
  readonly type: Room['type'];
  readonly title?: string;
  readonly description?: string;
  readonly members: readonly string[];
}

/** Where a call is to write: a person by login, or a chat by its id. Throws BotError. */
export function roomFor(
  bot: Bot,
  { login, chat_id: chat }: { readonly login?: unknown; readonly chat_id?: unknown },
): Room {
  if ((login === undefined) === (chat === undefined)) throw new BotError(400, 'Either login or chat_id must be given');
  const room = bot.rooms.get(String(chat ?? bot.people.get(String(login))?.chat));
  if (room === undefined)
    throw new BotError(login === undefined ? 404 : 400, login === undefined ? 'Chat not found' : 'User not found');
  if (!room.isBotThere) throw new BotError(403, 'Bot is not a member of this chat');
  return room;
}

/** Where the chat of a room is shown: a private one under its person. */
export function chatOf({ id, type, members }: Room): string {
  const [only = id] = members;
  return type === 'private' ? only : id;
}

/** Keeps a file; gives its id. */
export function keepFile(bot: Bot, file: KeptFile): string {
  const id = `disk/${randomUUID()}`;
  bot.files.set(id, file);
  return id;
}
