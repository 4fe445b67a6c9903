import { badRequest, forbidden } from './api-failure.ts';
import type { Bot, Room } from './bot.ts';
import { readHtml } from './html-markup.ts';
import type { Entity, Fields, Message } from './types.ts';

const textMax = 4_096;
const captionMax = 1_024;

/** A number, however it was written. */
export function numberOf(value: unknown): number | undefined {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  return typeof number === 'number' && Number.isSafeInteger(number) ? number : undefined;
}

/** A truth, however it was written. */
export function isTrue(value: unknown): boolean {
  return value === true || value === 'true' || value === 'True' || value === 1 || value === '1';
}

/** The chat that a call is about, if the bot may act in it. Throws ApiFailure in the platform's words. */
export function roomFor(bot: Bot, params: Fields): Room {
  const id = numberOf(params.chat_id);
  if (params.chat_id === undefined || params.chat_id === '') throw badRequest('chat_id is empty');
  const room = id === undefined ? undefined : bot.rooms.get(id);
  if (room === undefined) {
    const isKnown = id !== undefined && bot.people.has(id);
    throw isKnown ? forbidden("bot can't initiate conversation with a user") : badRequest('chat not found');
  }
  if (room.migratedTo !== undefined) {
    throw badRequest('group chat was upgraded to a supergroup chat', { migrate_to_chat_id: room.migratedTo });
  }
  if (room.access === 'blocked') throw forbidden('bot was blocked by the user');
  if (room.access === 'deactivated') throw forbidden('user is deactivated');
  const name = room.chat.type === 'supergroup' ? 'supergroup' : 'group';
  if (room.access === 'kicked') throw forbidden(`bot was kicked from the ${name} chat`);
  const topic = numberOf(params.message_thread_id);
  if (topic !== undefined && !room.topics.has(topic)) throw badRequest('message thread not found');
  return room;
}

/** A message that a call is about. */
export function messageFor(room: Room, params: Fields, missing: string): Message {
  const message = room.messages.get(numberOf(params.message_id) ?? 0);
  if (message === undefined) throw badRequest(missing);
  return message;
}

/** A text after its markup was read, within the platform's limits. */
export function readText(params: Fields): { text: string; entities?: Entity[] } {
  const { text, entities } = readMarkup(params, 'text', 'entities');
  if (text.trim() === '') throw badRequest('message text is empty');
  if (text.length > textMax) throw badRequest('message is too long');
  return entities.length === 0 ? { text } : { text, entities };
}

/** The same for what stands under a file; nothing when there is none. */
export function readCaption(params: Fields): { caption?: string; caption_entities?: Entity[] } {
  const { text: caption, entities } = readMarkup(params, 'caption', 'caption_entities');
  if (caption === '') return {};
  if (caption.length > captionMax) throw badRequest('message caption is too long');
  return entities.length === 0 ? { caption } : { caption, caption_entities: entities };
}

function readMarkup(params: Fields, field: string, entitiesField: string): { text: string; entities: Entity[] } {
  const text = String(params[field] ?? '');
  const mode = params.parse_mode;
  if (mode !== undefined && String(mode).toUpperCase() !== 'HTML') throw badRequest('unsupported parse_mode');
  if (mode !== undefined) return readHtml(text);
  const given = params[entitiesField];
  const entities = Array.isArray(given) ? (given as Entity[]) : [];
  const isInside = entities.every(({ offset, length }) => offset >= 0 && length > 0 && offset + length <= text.length);
  if (!isInside) throw badRequest("can't parse entities: entity is out of the text");
  return { text, entities };
}
