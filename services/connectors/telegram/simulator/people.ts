import { ApiFailure } from './api-failure.ts';
import { type Bot, changed } from './bot.ts';
import { messageOf, ownPlaceChanged, roomOf, secondsNow, tell, userOf, type Where } from './chat-place.ts';
import { type MediaKind, mediaFields, storeFile } from './media.ts';
import { setReactions } from './methods-change.ts';
import { entitiesOf } from './text-entities.ts';
import type { Entity, Fields, Message, User } from './types.ts';

/** What people do with the bot. Each makes the updates that the platform would make. All throw ApiFailure. */
export const people = {
  person,
  write,
  start,
  attach,
  send,
  shareContact,
  shareLocation,
  edit,
  react,
  block,
  unblock,
  deactivate,
  raw,
};

/** A new person, or a known one as they are now. */
function person(bot: Bot, profile: Partial<User> = {}): User {
  bot.last.person += profile.id === undefined ? 1 : 0;
  const id = profile.id ?? bot.last.person;
  const user: User = { first_name: 'Anna', language_code: 'en', ...bot.people.get(id), ...profile, id, is_bot: false };
  bot.people.set(id, user);
  return user;
}

type Said = Where & { text: string; entities?: readonly Entity[]; replyTo?: number; quote?: string };

/** Writes a text; addresses, commands and mentions in it are marked as a client marks them. */
export function write(bot: Bot, said: Said): Message {
  const entities = said.entities ?? entitiesOf(said.text);
  return tell(bot, said, {
    text: said.text,
    ...(entities.length === 0 ? {} : { entities }),
    ...(said.replyTo === undefined ? {} : { reply_to_message: messageOf(bot, said, said.replyTo) }),
    ...(said.quote === undefined ? {} : { quote: { text: said.quote, position: 0, is_manual: true } }),
  });
}

/** Opens the bot by its link and taps Start; with a group, brings it there by its link. */
function start(bot: Bot, { from, payload = '', ...where }: Where & { payload?: string }): Message {
  if (roomOf(bot, { from }).access === 'blocked') unblock(bot, { from });
  const command = where.chat === undefined ? '/start' : `/start@${bot.user.username}`;
  return write(bot, { from, ...where, text: payload === '' ? command : `${command} ${payload}` });
}

type Attached = Where & {
  kind: MediaKind;
  bytes?: Uint8Array;
  base64?: string;
  name?: string;
  mimeType?: string;
  caption?: string;
  albumId?: string;
};

/** Sends a file, given as bytes or as base64. Files with one album id are an album. */
function attach(bot: Bot, sent: Attached): Message {
  const bytes = sent.bytes ?? Buffer.from(sent.base64 ?? '', 'base64');
  const { kind, name = `${kind}.bin`, mimeType = 'application/octet-stream', caption, albumId } = sent;
  return tell(bot, sent, {
    ...mediaFields(kind, storeFile(bot, kind, { name, mimeType, bytes })),
    ...(caption === undefined ? {} : { caption }),
    ...(albumId === undefined ? {} : { media_group_id: albumId }),
  });
}

/** Sends anything else that a message can hold: {poll: …}, {dice: …}, {venue: …}. */
function send(bot: Bot, { content, ...where }: Where & { content: Fields }): Message {
  return tell(bot, where, content);
}

/** Shares the own number, or somebody else's card. */
export function shareContact(bot: Bot, { phone, card, ...where }: Where & { phone: string; card?: Fields }): Message {
  const { first_name, id: user_id } = userOf(bot, where.from);
  return tell(bot, where, { contact: { phone_number: phone, ...(card ?? { first_name, user_id }) } });
}

type SharedPlace = Where & { latitude: number; longitude: number; liveSeconds?: number };

/** Shares a place; a live one is moved by `edit`. */
export function shareLocation(bot: Bot, { latitude, longitude, liveSeconds, ...where }: SharedPlace): Message {
  const live = liveSeconds === undefined ? {} : { live_period: liveSeconds };
  return tell(bot, where, { location: { latitude, longitude, ...live } });
}

/** Changes an own message: its text, or whatever else it holds. */
function edit(
  bot: Bot,
  { message, text, content, ...where }: Where & { message: number; text?: string; content?: Fields },
): Message {
  const change = text === undefined ? (content ?? {}) : { text, entities: entitiesOf(text) };
  const edited = { ...messageOf(bot, where, message), ...change, edit_date: secondsNow(bot) };
  roomOf(bot, where).messages.set(message, edited);
  changed(bot);
  bot.updates.push('edited_message', edited);
  return edited;
}

/** Sets the own reactions to a message; none takes them away. */
function react(bot: Bot, { message, emoji, ...where }: Where & { message: number; emoji: readonly string[] }): void {
  const room = roomOf(bot, where);
  const old = room.reactions.get(message)?.get(where.from) ?? [];
  setReactions(room, message, where.from, emoji);
  changed(bot);
  const typed = (list: readonly string[]) => list.map((one) => ({ type: 'emoji', emoji: one }));
  const who = { chat: room.chat, message_id: message, user: userOf(bot, where.from), date: secondsNow(bot) };
  bot.updates.push('message_reaction', { ...who, old_reaction: typed(old), new_reaction: typed(emoji) });
}

/** Blocks the bot. */
function block(bot: Bot, { from }: Where): void {
  const room = roomOf(bot, { from });
  room.access = 'blocked';
  ownPlaceChanged(bot, room, from, ['member', 'kicked']);
}

/** Lets it in again. */
function unblock(bot: Bot, { from }: Where): void {
  const room = roomOf(bot, { from });
  room.access = 'open';
  ownPlaceChanged(bot, room, from, ['kicked', 'member']);
}

/** Deletes the own account: the bot is told nothing, and refused. */
function deactivate(bot: Bot, { from }: Where): void {
  roomOf(bot, { from }).access = 'deactivated';
}

/** Any update at all, as the platform might send it one day. */
function raw(bot: Bot, { kind, body }: { kind: string; body: Fields }): void {
  const isWanted = bot.updates.push(kind, body) !== undefined;
  if (!isWanted) throw new ApiFailure(400, `updates of the kind ${kind} are not asked for`);
}
