import {
  Attachment,
  ContactCard,
  type Content,
  FormAnswer,
  ids,
  Location,
  Media,
  MediaSource,
  MediaState,
  Poll,
  Sticker,
  Unsupported,
} from '@trunkline/contracts';
import { isOwnCard, nameOf } from './parse-party.ts';
import { textOf } from './parse-text.ts';
import { type File, type Message, messageSchema } from './types.ts';

type Kind = NonNullable<Content['kind']>;

/** Files in the order in which they are looked for: a GIF comes as an animation and as a document. */
const files = [
  ['animation', 'animation', 'video/mp4'],
  ['video_note', 'videoNote', 'video/mp4'],
  ['video', 'video', 'video/mp4'],
  ['voice', 'voice', 'audio/ogg'],
  ['audio', 'audio', 'audio/mpeg'],
  ['document', 'file', 'application/octet-stream'],
] as const;

/** What a message carries. What is not known here is told as unsupported, by the platform's own name of it. */
export function contentOf(message: Message, channelId: string): Content {
  return { kind: fileKind(message, channelId) ?? plainKind(message) ?? unsupported(message) };
}

function fileKind(message: Message, channelId: string): Kind | undefined {
  const largest = message.photo?.at(-1);
  if (largest !== undefined) return attachment('image', largest, 'image/jpeg');
  if (message.sticker !== undefined) {
    const media = mediaOf(message.sticker, stickerType(message.sticker), channelId);
    return { $case: 'sticker', value: Sticker.create({ media, emoji: message.sticker.emoji ?? '' }) };
  }
  for (const [field, $case, mimeType] of files) {
    const found = message[field];
    if (found !== undefined) return attachment($case, found, mimeType);
  }
  return undefined;

  function attachment($case: 'image' | (typeof files)[number][1], file: File, mimeType: string): Kind {
    const media = mediaOf(file, mimeType, channelId);
    const caption = message.caption === undefined ? {} : { caption: textOf(message.caption, message.caption_entities) };
    return { $case, value: Attachment.create({ media, ...caption }) };
  }
}

function plainKind(message: Message): Kind | undefined {
  const { text, venue, location, contact, poll, dice, web_app_data: form } = message;
  if (text !== undefined) return { $case: 'text', value: textOf(text, message.entities) };
  if (venue !== undefined) {
    const { title, address } = venue;
    return { $case: 'location', value: Location.create({ ...venue.location, title, address }) };
  }
  if (location !== undefined) {
    return { $case: 'location', value: Location.create({ ...location, liveSeconds: location.live_period ?? 0 }) };
  }
  if (contact !== undefined) return { $case: 'contactCards', value: { cards: [cardOf(contact, message)] } };
  if (poll !== undefined) {
    const { question, options } = poll;
    return { $case: 'poll', value: Poll.create({ question, options: options.map(({ text: option }) => option) }) };
  }
  if (dice !== undefined) {
    const value = Unsupported.create({ platformType: 'dice', text: `${dice.emoji} ${dice.value}` });
    return { $case: 'unsupported', value };
  }
  if (form === undefined) return undefined;
  return { $case: 'form', value: FormAnswer.create({ name: form.button_text, values: { data: form.data } }) };
}

function cardOf(contact: NonNullable<Message['contact']>, message: Message): ContactCard {
  return ContactCard.create({
    name: nameOf(contact),
    phones: [contact.phone_number],
    vcard: contact.vcard ?? '',
    platformPartyId: contact.user_id ?? '',
    isSelf: isOwnCard(message),
  });
}

/** A file's `file_id` changes and is the bot's own; what stays is the unique one. */
function mediaOf(file: File, mimeType: string, channelId: string): Media {
  return Media.create({
    id: ids.media(channelId, file.file_unique_id),
    mimeType: file.mime_type ?? mimeType,
    sizeBytes: file.file_size ?? 0,
    name: file.file_name ?? '',
    width: file.width ?? file.length ?? 0,
    height: file.height ?? file.length ?? 0,
    durationSeconds: file.duration ?? 0,
    state: MediaState.MEDIA_STATE_PENDING,
    source: MediaSource.create({ platformFileId: file.file_id }),
  });
}

function stickerType({ is_animated, is_video }: File): string {
  if (is_animated === true) return 'application/x-tgsticker';
  return is_video === true ? 'video/webm' : 'image/webp';
}

/** Fields that say how a message was written, not what. */
const envelope = new Set([
  ...Object.keys(messageSchema.shape),
  'via_bot',
  'reply_markup',
  'author_signature',
  'sender_tag',
  'sender_boost_count',
  'has_protected_content',
  'has_media_spoiler',
  'show_caption_above_media',
  'link_preview_options',
  'is_automatic_forward',
  'is_from_offline',
  'effect_id',
  'paid_star_count',
  'reply_to_story',
]);

function unsupported(message: Message): Kind {
  const found = Object.keys(message).find((field) => !envelope.has(field)) ?? 'empty message';
  const platformType = /^[a-z_ ]{1,64}$/.test(found) ? found : 'unknown';
  const words = `Telegram sent something that cannot be shown here: ${platformType.replaceAll('_', ' ')}`;
  const text = message.caption === undefined ? words : `${words}\n${message.caption}`;
  return { $case: 'unsupported', value: Unsupported.create({ platformType, text }) };
}
