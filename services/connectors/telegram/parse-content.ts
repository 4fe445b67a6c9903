import { Content, ids, type Media, MediaState } from '@trunkline/contracts';
import { isOwnCard, nameOf } from './parse-party.ts';
import { textOf } from './parse-text.ts';
import { type File, type Message, messageSchema } from './types.ts';

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
  return Content.fromPartial({ kind: fileKind(message, channelId) ?? plainKind(message) ?? unsupported(message) });
}

type Told = Parameters<typeof Content.fromPartial>[0]['kind'];

function fileKind(message: Message, channelId: string): Told {
  const { sticker, caption: words, photo } = message;
  const largest = photo?.at(-1);
  const caption = words === undefined ? {} : { caption: textOf(words, message.caption_entities) };
  const attachment = (file: File, mimeType: string) => ({ media: mediaOf(file, mimeType, channelId), ...caption });
  if (largest !== undefined) return { $case: 'image', value: attachment(largest, 'image/jpeg') };
  if (sticker !== undefined) {
    const media = mediaOf(sticker, stickerType(sticker), channelId);
    return { $case: 'sticker', value: { media, emoji: sticker.emoji ?? '' } };
  }
  for (const [field, $case, mimeType] of files) {
    const found = message[field];
    if (found !== undefined) return { $case, value: attachment(found, mimeType) };
  }
  return undefined;
}

function plainKind(message: Message): Told {
  const { text, entities, venue, location: place, contact, poll, dice, web_app_data: form } = message;
  if (text !== undefined) return { $case: 'text', value: textOf(text, entities) };
  if (venue !== undefined) return { $case: 'location', value: { ...venue, ...venue.location } };
  if (place !== undefined) return { $case: 'location', value: { ...place, liveSeconds: place.live_period ?? 0 } };
  if (contact !== undefined) return { $case: 'contactCards', value: { cards: [cardOf(contact, isOwnCard(message))] } };
  if (poll !== undefined) {
    return { $case: 'poll', value: { question: poll.question, options: poll.options.map((option) => option.text) } };
  }
  if (dice !== undefined) {
    return { $case: 'unsupported', value: { platformType: 'dice', text: `${dice.emoji} ${dice.value}` } };
  }
  return form && { $case: 'form', value: { name: form.button_text, values: { data: form.data } } };
}

function cardOf(contact: NonNullable<Message['contact']>, isSelf: boolean) {
  const { phone_number: phone, vcard = '', user_id: platformPartyId = '' } = contact;
  return { name: nameOf(contact), phones: [phone], vcard, platformPartyId, isSelf };
}

/** A file's `file_id` changes and is the bot's own; what stays is the unique one. */
function mediaOf(file: File, mimeType: string, channelId: string): Partial<Media> {
  return {
    id: ids.media(channelId, file.file_unique_id),
    mimeType: file.mime_type ?? mimeType,
    sizeBytes: file.file_size ?? 0,
    name: file.file_name ?? '',
    width: file.width ?? file.length ?? 0,
    height: file.height ?? file.length ?? 0,
    durationSeconds: file.duration ?? 0,
    state: MediaState.MEDIA_STATE_PENDING,
    source: { platformFileId: file.file_id, url: '', objectKey: '', expiresAt: undefined },
  };
}

function stickerType({ is_animated, is_video }: File): string {
  if (is_animated === true) return 'application/x-tgsticker';
  return is_video === true ? 'video/webm' : 'image/webp';
}

/** Fields that say how a message was written, not what. */
const envelope = new Set([
  ...Object.keys(messageSchema.shape),
  ...['via_bot', 'reply_markup', 'author_signature', 'sender_tag', 'sender_boost_count', 'has_protected_content'],
  ...['has_media_spoiler', 'show_caption_above_media', 'link_preview_options', 'is_automatic_forward'],
  ...['is_from_offline', 'effect_id', 'paid_star_count', 'reply_to_story'],
]);

function unsupported(message: Message): Told {
  const found = Object.keys(message).find((field) => !envelope.has(field)) ?? 'empty message';
  const platformType = /^[a-z_ ]{1,64}$/.test(found) ? found : 'unknown';
  const words = `Telegram sent something that cannot be shown here: ${platformType.replaceAll('_', ' ')}`;
  const text = message.caption === undefined ? words : `${words}\n${message.caption}`;
  return { $case: 'unsupported', value: { platformType, text } };
}
