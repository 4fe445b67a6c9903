import { createFaults, type Faults } from './faults.ts';
import type { Call, Chat, Entity, Fields, Message, User } from './types.ts';
import { createUpdateQueue, type UpdateQueue } from './updates.ts';

/** One bot with everything around it: its chats, its people, its files. */
export interface Bot {
  readonly token: string;
  readonly user: User;
  readonly people: Map<number, User>;
  readonly rooms: Map<number, Room>;
  readonly files: Map<string, StoredFile>;
  /** Button presses that wait for their answer. */
  readonly presses: Map<string, Press>;
  readonly updates: UpdateQueue;
  readonly faults: Faults;
  isRevoked: boolean;
  hook: Webhook | undefined;
  /** Counters of what gets a number. */
  readonly last: { person: number; press: number; group: number; readonly message: number };
  /** Told after each change that a person could see. */
  readonly watchers: Set<() => void>;
  readonly now: () => number;
}

/** A chat, as the platform keeps it. */
export interface Room {
  chat: Chat;
  readonly messages: Map<number, Message>;
  readonly members: Set<number>;
  /** Those that may not come, and those that ask to. */
  readonly banned: Set<number>;
  readonly asking: Set<number>;
  /** Whether the bot may change the group. */
  isAdmin: boolean;
  description: string;
  /** Its links so far; the last one is good. */
  readonly links: string[];
  readonly topics: Set<number>;
  /** By message, then by who: emoji. */
  readonly reactions: Map<number, Map<number, readonly string[]>>;
  /** 'open', or why the bot may not write. */
  access: 'open' | 'blocked' | 'deactivated' | 'kicked';
  lastMessageId: number;
  migratedTo: number | undefined;
  /** Instead of the person's keyboard. */
  keyboard: Fields | undefined;
  typingUntilMs: number;
  /** What the bot last said to a press. */
  toast: { readonly text: string; readonly isAlert: boolean } | undefined;
}

/** A press of a button. */
export interface Press {
  readonly atMs: number;
  readonly chatId: number;
}

/** Bytes that the platform keeps. */
export interface StoredFile {
  readonly file_id: string;
  readonly file_unique_id: string;
  readonly path: string;
  readonly name: string;
  readonly mimeType: string;
  readonly bytes: Uint8Array;
}

/** Where updates go. */
export interface Webhook {
  readonly url: string;
  readonly secret: string | undefined;
  readonly maxConnections: number;
  readonly allowedUpdates: readonly string[] | undefined;
  lastErrorDate: number | undefined;
  lastErrorMessage: string | undefined;
}

/** Some time before anybody ran this. */
const beganAtSeconds = 1_780_000_000;

/**
 * A new bot that nobody has written to. Its numbers begin where the time stands, so that what happens after a restart is not
 * taken for a repeat by whoever remembers what was before.
 */
export function createBot({ token, username }: { token: string; username: string }, now: () => number): Bot {
  const id = Number(token.split(':')[0]);
  const first = Math.max(0, Math.floor(now() / 1_000) - beganAtSeconds);
  return {
    token,
    user: { id, is_bot: true, first_name: username.replace(/_?bot$/i, ''), username },
    people: new Map(),
    rooms: new Map(),
    files: new Map(),
    presses: new Map(),
    updates: createUpdateQueue(first),
    faults: createFaults(),
    isRevoked: false,
    hook: undefined,
    last: { person: 5_501_234_566, press: 2_362_000_000 + first, group: -4_001_000 - first, message: first },
    watchers: new Set(),
    now,
  };
}

/** Opens a chat. */
export function openRoom(bot: Bot, chat: Chat, members: readonly number[]): Room {
  const room: Room = {
    chat,
    messages: new Map(),
    members: new Set(members),
    banned: new Set(),
    asking: new Set(),
    isAdmin: false,
    description: '',
    links: [],
    topics: new Set(),
    reactions: new Map(),
    access: 'open',
    lastMessageId: bot.last.message,
    migratedTo: undefined,
    keyboard: undefined,
    typingUntilMs: 0,
    toast: undefined,
  };
  bot.rooms.set(chat.id, room);
  return room;
}

/** What a message holds besides its place. */
export type NewMessage = Fields & { readonly text?: string; readonly entities?: readonly Entity[] };

/** Puts a message into a chat and gives it its number. */
export function addMessage(bot: Bot, room: Room, from: User, content: NewMessage): Message {
  room.lastMessageId += 1;
  const message: Message = {
    message_id: room.lastMessageId,
    from,
    chat: room.chat,
    date: Math.floor(bot.now() / 1_000),
    ...content,
  };
  room.messages.set(message.message_id, message);
  changed(bot);
  return message;
}

/** Tells whoever watches. */
export function changed(bot: Bot): void {
  for (const watcher of bot.watchers) watcher();
}

/** What a method does; throws ApiFailure. */
export type Method = (bot: Bot, call: Call) => unknown;
