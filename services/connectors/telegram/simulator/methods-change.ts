import { badRequest } from './api-failure.ts';
import { type Bot, changed, type Method, type Room } from './bot.ts';
import { fileFor, type MediaKind, mediaFields } from './media.ts';
import { messageFor, readCaption, readText, roomFor } from './read-params.ts';
import { readMarkup } from './reply-markup.ts';
import type { Call, Fields, Message } from './types.ts';

const deletableSeconds = 48 * 60 * 60;
const deletedAtOnceMax = 100;
const pressSeconds = 30;
const typingMs = 5_000;

const mediaFieldNames = ['photo', 'document', 'video', 'audio', 'animation'];

/** Methods that change or show something. */
export const changeMethods: Readonly<Record<string, Method>> = {
  editMessageText: (bot, { params }) =>
    edit(bot, params, (message) => {
      if (message.text === undefined) throw badRequest('there is no text in the message to edit');
      return without(message, 'text', 'entities', readText(params));
    }),
  editMessageCaption: (bot, { params }) =>
    edit(bot, params, (message) => {
      if (!mediaFieldNames.some((name) => name in message))
        throw badRequest('there is no caption in the message to edit');
      return without(message, 'caption', 'caption_entities', readCaption(params));
    }),
  editMessageMedia,
  editMessageReplyMarkup: (bot, { params }) => edit(bot, params, (message) => message),
  deleteMessage: (bot, { params }) => {
    const room = roomFor(bot, params);
    const message = messageFor(room, params, 'message to delete not found');
    if (!isDeletable(bot, room, message)) throw badRequest("message can't be deleted for everyone");
    room.messages.delete(message.message_id);
    changed(bot);
    return true;
  },
  deleteMessages: (bot, { params }) => {
    const room = roomFor(bot, params);
    const ids = Array.isArray(params.message_ids) ? params.message_ids : [];
    if (ids.length < 1 || ids.length > deletedAtOnceMax) throw badRequest('too many message identifiers specified');
    for (const id of ids) {
      const message = room.messages.get(Number(id));
      if (message !== undefined && isDeletable(bot, room, message)) room.messages.delete(message.message_id);
    }
    changed(bot);
    return true;
  },
  setMessageReaction: (bot, { params }) => {
    const room = roomFor(bot, params);
    const message = messageFor(room, params, 'message to react not found');
    const reaction = (Array.isArray(params.reaction) ? params.reaction : []) as Fields[];
    if (reaction.length > 1) throw badRequest('REACTIONS_TOO_MANY');
    const emoji = reaction.map((one) => String(one.emoji ?? `:${one.custom_emoji_id}:`));
    if (emoji.some((one) => one.length > 8 && !one.startsWith(':'))) throw badRequest('REACTION_INVALID');
    setReactions(room, message.message_id, bot.user.id, emoji);
    changed(bot);
    return true;
  },
  sendChatAction: (bot, { params }) => {
    const room = roomFor(bot, params);
    if (params.action === 'typing') room.typingUntilMs = bot.now() + typingMs;
    changed(bot);
    return true;
  },
  answerCallbackQuery: (bot, { params }) => {
    const press = bot.presses.get(String(params.callback_query_id));
    const isInTime = press !== undefined && bot.now() - press.atMs <= pressSeconds * 1_000;
    if (press === undefined || !isInTime) {
      throw badRequest('query is too old and response timeout expired or query ID is invalid');
    }
    const text = String(params.text ?? '');
    if (text.length > 200) throw badRequest('MESSAGE_TOO_LONG');
    bot.presses.delete(String(params.callback_query_id));
    const room = bot.rooms.get(press.chatId);
    if (room !== undefined && text !== '') room.toast = { text, isAlert: params.show_alert === true };
    changed(bot);
    return true;
  },
};

/** Sets somebody's reactions, all of them. */
export function setReactions(room: Room, messageId: number, by: number, emoji: readonly string[]): void {
  const reactions = room.reactions.get(messageId) ?? new Map<number, readonly string[]>();
  if (emoji.length === 0) reactions.delete(by);
  else reactions.set(by, emoji);
  room.reactions.set(messageId, reactions);
}

function edit(bot: Bot, params: Fields, change: (message: Message) => Message): Message {
  const room = roomFor(bot, params);
  const message = messageFor(room, params, 'message to edit not found');
  if (message.from?.id !== bot.user.id) throw badRequest("message can't be edited");
  const { reply_markup: _, edit_date: __, ...rest } = change(message);
  const next = { ...rest, ...readMarkup(room, params) } as Message;
  if (isSame(message, next)) {
    const words = 'specified new message content and reply markup are exactly the same as a current content';
    throw badRequest(`message is not modified: ${words} and reply markup of the message`);
  }
  const edited = { ...next, edit_date: Math.floor(bot.now() / 1_000) };
  room.messages.set(message.message_id, edited);
  changed(bot);
  return edited;
}

function isSame(before: Message, after: Message): boolean {
  const { edit_date: _, ...former } = before;
  const sorted = (message: object) =>
    JSON.stringify(Object.entries(message).sort(([one], [other]) => (one < other ? -1 : 1)));
  return sorted(former) === sorted(after);
}

async function editMessageMedia(bot: Bot, call: Call): Promise<Message> {
  const media = (call.params.media ?? {}) as Fields;
  const kind = media.type as MediaKind;
  const content = { ...mediaFields(kind, await fileFor(bot, kind, call, media.media), media), ...readCaption(media) };
  return edit(bot, call.params, (message) => {
    const kept = Object.entries(message).filter(
      ([name]) => !mediaFieldNames.includes(name) && !name.startsWith('caption'),
    );
    return { ...(Object.fromEntries(kept) as Message), ...content };
  });
}

function without(message: Message, field: string, entitiesField: string, content: Fields): Message {
  const { [field]: _, [entitiesField]: __, ...rest } = message;
  return { ...rest, ...content } as Message;
}

function isDeletable(bot: Bot, room: Room, { date, from }: Message): boolean {
  const isYoung = bot.now() / 1_000 - date < deletableSeconds;
  return isYoung && (room.chat.type === 'private' || from?.id === bot.user.id);
}
