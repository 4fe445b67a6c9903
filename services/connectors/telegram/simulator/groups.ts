import { badRequest } from './api-failure.ts';
import { type Bot, openRoom, type Room } from './bot.ts';
import { ownPlaceChanged, secondsNow, tell, userOf, type Where } from './chat-place.ts';
import type { Message } from './types.ts';

/** What people do with a group that the bot is in. All throw ApiFailure. */
export const groups = {
  createGroup,
  openTopic,
  join,
  leave,
  moveMember,
  promoteBot,
  askToJoin,
  rename,
  pin,
  removeBot,
  migrate,
};

type InGroup = Where & { readonly chat: number };

/** Makes a group with the bot in it, and tells its id. */
function createGroup(bot: Bot, { from, title, isForum = false }: Where & { title: string; isForum?: boolean }): number {
  bot.last.group -= 1;
  const id = isForum ? -1_002_000_000_000 + bot.last.group : bot.last.group;
  const chat = { id, type: isForum ? 'supergroup' : 'group', title } as const;
  const room = openRoom(bot, isForum ? { ...chat, is_forum: true } : chat, [from, bot.user.id]);
  ownPlaceChanged(bot, room, from, ['left', 'member']);
  tell(bot, { from, chat: id }, { group_chat_created: true });
  return id;
}

function roomOf(bot: Bot, chat: number): Room {
  const room = bot.rooms.get(chat);
  if (room === undefined) throw badRequest('there is no such group');
  return room;
}

/** Opens a topic and tells its number. */
function openTopic(bot: Bot, { from, chat, name }: InGroup & { name: string }): number {
  const room = roomOf(bot, chat);
  const topic = room.lastMessageId + 1;
  room.topics.add(topic);
  tell(bot, { from, chat, topic }, { forum_topic_created: { name, icon_color: 7_322_096 } });
  return topic;
}

/** Somebody comes, by themselves or brought by another. */
function join(bot: Bot, { from, chat, by = from }: InGroup & { by?: number }): Message {
  roomOf(bot, chat).members.add(from);
  return tell(bot, { from: by, chat }, { new_chat_members: [userOf(bot, from)] });
}

/** Somebody goes, by themselves or put out by another. */
function leave(bot: Bot, { from, chat, by = from }: InGroup & { by?: number }): Message {
  roomOf(bot, chat).members.delete(from);
  return tell(bot, { from: by, chat }, { left_chat_member: userOf(bot, from) });
}

/** Somebody's place changes, as only an administrator bot is told. */
function moveMember(
  bot: Bot,
  { from, chat, by = from, ...change }: InGroup & { by?: number; was: string; is: string },
): void {
  const user = userOf(bot, from);
  const places = { old_chat_member: { user, status: change.was }, new_chat_member: { user, status: change.is } };
  const who = { chat: roomOf(bot, chat).chat, from: userOf(bot, by), date: secondsNow(bot) };
  bot.updates.push('chat_member', { ...who, ...places });
}

/** Makes the bot an administrator: only then may it change the group. */
function promoteBot(bot: Bot, { from, chat }: InGroup): void {
  const room = roomOf(bot, chat);
  room.isAdmin = true;
  ownPlaceChanged(bot, room, from, ['member', 'administrator']);
}

/** Asks to be let in. */
function askToJoin(bot: Bot, { from, chat }: InGroup): void {
  const room = roomOf(bot, chat);
  room.asking.add(from);
  const who = { chat: room.chat, from: userOf(bot, from), user_chat_id: from, date: secondsNow(bot) };
  bot.updates.push('chat_join_request', who);
}

/** Gives the group another title. */
function rename(bot: Bot, { from, chat, title }: InGroup & { title: string }): Message {
  const room = roomOf(bot, chat);
  room.chat = { ...room.chat, title };
  return tell(bot, { from, chat }, { new_chat_title: title });
}

/** Pins a message. */
function pin(bot: Bot, { from, chat, message }: InGroup & { message: number }): Message {
  return tell(bot, { from, chat }, { pinned_message: roomOf(bot, chat).messages.get(message) });
}

/** Puts the bot out. */
function removeBot(bot: Bot, { from, chat }: InGroup): void {
  const room = roomOf(bot, chat);
  room.access = 'kicked';
  ownPlaceChanged(bot, room, from, ['member', 'kicked']);
}

/** The group becomes a supergroup: told in both, and the old id is refused from now on. Tells the new id. */
function migrate(bot: Bot, { from, chat }: InGroup): number {
  const room = roomOf(bot, chat);
  const id = -1_001_000_000_000 + chat;
  openRoom(bot, { ...room.chat, id, type: 'supergroup' }, [...room.members]);
  tell(bot, { from, chat }, { migrate_to_chat_id: id });
  tell(bot, { from, chat: id }, { migrate_from_chat_id: chat });
  room.migratedTo = id;
  return id;
}
