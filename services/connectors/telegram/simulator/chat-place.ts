import { badRequest } from './api-failure.ts';
import { addMessage, type Bot, changed, openRoom, type Room } from './bot.ts';
import type { Fields, Message, User } from './types.ts';

/** Where somebody acts: in the private chat with the bot, or in a group or topic. */
export interface Where {
  readonly from: number;
  readonly chat?: number;
  readonly topic?: number;
}

/** A person by number. */
export function userOf(bot: Bot, id: number): User {
  const user = bot.people.get(id);
  if (user === undefined) throw badRequest('there is no such person');
  return user;
}

/** The chat that somebody acts in; a private one is opened by the first word. */
export function roomOf(bot: Bot, { from, chat = from }: Where): Room {
  const { id, first_name, last_name, username } = userOf(bot, from);
  const room = bot.rooms.get(chat);
  if (room !== undefined) return room;
  if (chat !== from) throw badRequest('there is no such group');
  const names = { first_name, ...(last_name && { last_name }), ...(username && { username }) };
  return openRoom(bot, { id, type: 'private', ...names }, [from]);
}

/** A message in the chat that somebody acts in. */
export function messageOf(bot: Bot, where: Where, id: number): Message {
  const message = roomOf(bot, where).messages.get(id);
  if (message === undefined) throw badRequest('there is no such message');
  return message;
}

/** Puts somebody's message into the chat and tells the bot. */
export function tell(bot: Bot, where: Where, content: Fields): Message {
  const room = roomOf(bot, where);
  const topic = where.topic === undefined ? {} : { message_thread_id: where.topic, is_topic_message: true };
  const message = addMessage(bot, room, userOf(bot, where.from), { ...topic, ...content });
  bot.updates.push('message', message as Fields);
  return message;
}

/** Tells the bot that its own place in a chat changed. */
export function ownPlaceChanged(bot: Bot, room: Room, by: number, [before, now]: readonly [string, string]): void {
  const place = (status: string) => ({ user: bot.user, status });
  const places = { old_chat_member: place(before), new_chat_member: place(now) };
  bot.updates.push('my_chat_member', { chat: room.chat, from: userOf(bot, by), date: secondsNow(bot), ...places });
  changed(bot);
}

/** Now, as the platform writes it. */
export function secondsNow(bot: Bot): number {
  return Math.floor(bot.now() / 1_000);
}
