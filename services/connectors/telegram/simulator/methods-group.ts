import { badRequest } from './api-failure.ts';
import { addMessage, type Bot, changed, type Method, type Room } from './bot.ts';
import { fileFor } from './media.ts';
import { numberOf, roomFor } from './read-params.ts';
import type { Call, Fields } from './types.ts';

const titleMax = 128;
const descriptionMax = 255;

/** Methods that change a group: for a bot that is its administrator. */
export const groupMethods: Readonly<Record<string, Method>> = {
  setChatTitle: (bot, { params }) => {
    const room = ownGroup(bot, params);
    const title = String(params.title ?? '');
    if (title.length < 1 || title.length > titleMax) throw badRequest('CHAT_TITLE_EMPTY');
    if (title === room.chat.title) throw badRequest('chat title is not modified');
    room.chat = { ...room.chat, title };
    return served(bot, room, { new_chat_title: title });
  },
  setChatDescription: (bot, { params }) => {
    const room = ownGroup(bot, params);
    const description = String(params.description ?? '');
    if (description.length > descriptionMax) throw badRequest('chat description is too long');
    if (description === room.description) throw badRequest('chat description is not modified');
    room.description = description;
    changed(bot);
    return true;
  },
  setChatPhoto: async (bot: Bot, call: Call) => {
    const room = ownGroup(bot, call.params);
    if (!call.files.has('photo')) throw badRequest('there is no photo in the request');
    const { file_id, file_unique_id } = await fileFor(bot, 'photo', call, call.params.photo);
    return served(bot, room, { new_chat_photo: [{ file_id, file_unique_id, width: 1, height: 1 }] });
  },
  banChatMember: (bot, { params }) => {
    const { room, user } = memberIn(bot, params);
    room.banned.add(user);
    if (!room.members.delete(user)) return true;
    return served(bot, room, { left_chat_member: bot.people.get(user) });
  },
  unbanChatMember: (bot, { params }) => {
    const { room, user } = memberIn(bot, params);
    if (room.chat.type !== 'supergroup') throw badRequest('method is available for supergroup and channel chats only');
    room.banned.delete(user);
    return true;
  },
  approveChatJoinRequest: (bot, { params }) => {
    const { room, user } = asking(bot, params);
    room.members.add(user);
    return served(bot, room, { new_chat_members: [bot.people.get(user)] });
  },
  declineChatJoinRequest: (bot, { params }) => {
    asking(bot, params);
    changed(bot);
    return true;
  },
  exportChatInviteLink: (bot, { params }) => {
    const room = ownGroup(bot, params);
    const link = `https://t.me/+${Buffer.from(`${room.chat.id}.${room.links.length}`).toString('base64url')}`;
    room.links.push(link);
    return link;
  },
  leaveChat: (bot, { params }) => {
    const room = roomFor(bot, params);
    if (room.chat.type === 'private') throw badRequest("chat member status can't be changed in private chats");
    room.access = 'kicked';
    changed(bot);
    return true;
  },
};

/** A group that the bot may change. */
function ownGroup(bot: Bot, params: Fields): Room {
  const room = roomFor(bot, params);
  if (room.chat.type === 'private') throw badRequest('method is available for group chats only');
  if (!room.isAdmin) throw badRequest('not enough rights to manage the chat');
  return room;
}

function memberIn(bot: Bot, params: Fields): { room: Room; user: number } {
  const room = ownGroup(bot, params);
  const user = numberOf(params.user_id);
  if (user === undefined || !bot.people.has(user)) throw badRequest('user not found');
  return { room, user };
}

function asking(bot: Bot, params: Fields): { room: Room; user: number } {
  const { room, user } = memberIn(bot, params);
  if (!room.asking.delete(user)) throw badRequest('HIDE_REQUESTER_MISSING');
  return { room, user };
}

/** What the bot does to a group is told in it, to the bot as well. */
function served(bot: Bot, room: Room, content: Fields): true {
  bot.updates.push('message', addMessage(bot, room, bot.user, content) as Fields);
  return true;
}
