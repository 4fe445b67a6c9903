import { badRequest } from './api-failure.ts';
import { addMessage, type Bot, type Method, type NewMessage, type Room } from './bot.ts';
import { fileFor, type MediaKind, mediaFields } from './media.ts';
import { isTrue, numberOf, readCaption, readText, roomFor } from './read-params.ts';
import { readMarkup } from './reply-markup.ts';
import type { Call, Fields, Message } from './types.ts';

/** Methods that write a new message. */
export const sendMethods: Readonly<Record<string, Method>> = {
  sendMessage: (bot, call) => write(bot, call, readText(call.params)),
  sendPhoto: (bot, call) => writeFile(bot, call, 'photo'),
  sendDocument: (bot, call) => writeFile(bot, call, 'document'),
  sendVideo: (bot, call) => writeFile(bot, call, 'video'),
  sendAudio: (bot, call) => writeFile(bot, call, 'audio'),
  sendVoice: (bot, call) => writeFile(bot, call, 'voice'),
  sendAnimation: (bot, call) => writeFile(bot, call, 'animation'),
  sendVideoNote: (bot, call) => writeFile(bot, call, 'video_note'),
  sendSticker: (bot, call) => writeFile(bot, call, 'sticker'),
  sendMediaGroup,
  sendLocation: (bot, call) => write(bot, call, { location: placeOf(call.params) }),
  sendVenue: (bot, call) => {
    const { title, address } = call.params;
    if (title === undefined || address === undefined) throw badRequest('venue title and address must be non-empty');
    const location = placeOf(call.params);
    return write(bot, call, { location, venue: { location, title, address } });
  },
  sendContact: (bot, call) => {
    const { phone_number, first_name, last_name, vcard } = call.params;
    if (!phone_number || !first_name) throw badRequest('contact phone number and first name must be non-empty');
    return write(bot, call, { contact: { phone_number, first_name, last_name, vcard } });
  },
  sendPoll: (bot, call) => {
    const { question, options } = call.params;
    const texts = (Array.isArray(options) ? options : []).map((option) =>
      typeof option === 'string' ? option : option.text,
    );
    if (!question || texts.length < 2 || texts.length > 12) throw badRequest('poll must have at least 2 option');
    const poll = { id: '1', question, options: texts.map((text) => ({ text, voter_count: 0 })), is_anonymous: true };
    return write(bot, call, { poll });
  },
  sendDice: (bot, call) => write(bot, call, { dice: { emoji: call.params.emoji ?? '🎲', value: 4 } }),
};

function write(bot: Bot, { params }: Call, content: NewMessage): Message {
  const room = roomFor(bot, params);
  const reply = replyOf(room, params);
  const markup = readMarkup(room, params);
  room.typingUntilMs = 0;
  return addMessage(bot, room, bot.user, { ...content, ...topicOf(room, params), ...reply, ...markup });
}

async function writeFile(bot: Bot, call: Call, kind: MediaKind): Promise<Message> {
  roomFor(bot, call.params);
  const file = await fileFor(bot, kind, call, call.params[kind]);
  const caption = kind === 'video_note' || kind === 'sticker' ? {} : readCaption(call.params);
  return write(bot, call, { ...mediaFields(kind, file, call.params), ...caption });
}

const albumMax = 10;

async function sendMediaGroup(bot: Bot, call: Call): Promise<Message[]> {
  const room = roomFor(bot, call.params);
  const items = (Array.isArray(call.params.media) ? call.params.media : []) as Fields[];
  if (items.length < 2 || items.length > albumMax) throw badRequest('group must contain 2-10 items');
  const types = new Set(items.map(({ type }) => type));
  const isFilm = [...types].every((type) => type === 'photo' || type === 'video');
  if (types.size > 1 && !isFilm) throw badRequest("audio and document albums can't be mixed with other media types");
  const reply = replyOf(room, call.params);
  const contents = await Promise.all(
    items.map(async (item) => {
      const kind = item.type as MediaKind;
      const file = await fileFor(bot, kind, call, item.media);
      return { ...mediaFields(kind, file, item), ...readCaption(item) };
    }),
  );
  const media_group_id = `1${room.chat.id}${room.lastMessageId + 1}`.replace('-', '');
  const where = { ...topicOf(room, call.params), ...reply, media_group_id };
  return contents.map((content) => addMessage(bot, room, bot.user, { ...content, ...where }));
}

function topicOf(room: Room, params: Fields): Fields {
  const topic = numberOf(params.message_thread_id);
  return topic === undefined || !room.topics.has(topic) ? {} : { message_thread_id: topic, is_topic_message: true };
}

function replyOf(room: Room, params: Fields): Fields {
  const reply = params.reply_parameters as Fields | undefined;
  const id = numberOf(reply?.message_id ?? params.reply_to_message_id);
  if (id === undefined) return {};
  const answered = room.messages.get(id);
  if (answered === undefined) {
    if (isTrue(reply?.allow_sending_without_reply)) return {};
    throw badRequest('message to be replied not found');
  }
  const quote = typeof reply?.quote === 'string' ? reply.quote : undefined;
  const text = answered.text ?? answered.caption ?? '';
  if (quote !== undefined && !text.includes(quote)) throw badRequest('QUOTE_TEXT_INVALID');
  const { reply_to_message: _, ...shown } = answered;
  const quoted = quote === undefined ? {} : { quote: { text: quote, position: text.indexOf(quote), is_manual: true } };
  return { reply_to_message: shown, ...quoted };
}

function placeOf({ latitude, longitude, live_period: live }: Fields): Fields {
  const place = { latitude: Number(latitude), longitude: Number(longitude) };
  const isOnEarth = Math.abs(place.latitude) <= 90 && Math.abs(place.longitude) <= 180;
  if (!isOnEarth) throw badRequest('wrong location specified');
  return live === undefined ? place : { ...place, live_period: Number(live) };
}
