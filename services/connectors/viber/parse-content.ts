import { typeByName, unsupported } from '@trunkline/adapter-kit';
import { Content, ids, Media, MediaState, Text } from '@trunkline/contracts';
import type { Message } from './types.ts';

/** Which message the content is of. */
export interface Of {
  readonly channelId: string;
  readonly token: string;
  readonly atMs: number;
}

type Kind = Parameters<typeof Content.fromPartial>[0]['kind'];

/** What a message carries. What is not known here is told as unsupported, by the platform's own name of it. */
export function contentOf(message: Message, of: Of): Content {
  return Content.fromPartial({
    kind: kindOf(message, of) ?? { $case: 'unsupported', value: unsupported('Viber', message.type, message.text) },
  });
}

function kindOf(message: Message, of: Of): Kind {
  const { type, text = '', media, location, contact, sticker_id: sticker } = message;
  const caption = text === '' ? {} : { caption: Text.create({ plain: text }) };
  if (type === 'text') return { $case: 'text', value: { plain: text } };
  if (type === 'location' && location !== undefined) {
    const { lat: latitude, lon: longitude, address = '' } = location;
    return { $case: 'location', value: { latitude, longitude, address } };
  }
  if (type === 'contact' && contact !== undefined) {
    // Whose number it is nobody proves, not even where it was asked for by a button.
    const { name = '', phone_number: phone } = contact;
    return { $case: 'contactCards', value: { cards: [{ name, phones: [phone] }] } };
  }
  if (media === undefined) return undefined;
  if (type === 'url') return { $case: 'link', value: { url: media, description: text } };
  if (type === 'picture') return { $case: 'image', value: { media: mediaOf(message, media, of), ...caption } };
  if (type === 'video') return { $case: 'video', value: { media: mediaOf(message, media, of), ...caption } };
  if (type === 'file') return { $case: 'file', value: { media: mediaOf(message, media, of), ...caption } };
  if (type !== 'sticker') return undefined;
  return { $case: 'sticker', value: { media: stickerOf(media, sticker ?? of.token, of.channelId) } };
}

/** Links are signed and live for about an hour. */
const linkMs = 60 * 60 * 1_000;

const usualTypes: Readonly<Record<string, string>> = { picture: 'image/jpeg', video: 'video/mp4' };

/** A file is known by its message: the link is another each time. */
function mediaOf(message: Message, url: string, { channelId, token, atMs }: Of): Partial<Media> {
  const { file_name: name = '', size: sizeBytes = 0, duration: durationSeconds = 0 } = message;
  return {
    ...{
      id: ids.media(channelId, token),
      mimeType: typeByName(name) ?? usualTypes[message.type] ?? 'application/octet-stream',
      sizeBytes,
      name,
      durationSeconds,
    },
    state: MediaState.MEDIA_STATE_PENDING,
    source: { platformFileId: token, url, objectKey: '', expiresAt: new Date(atMs + linkMs) },
  };
}

/** The same sticker is the same file, whoever sends it. */
function stickerOf(url: string, sticker: string, channelId: string): Partial<Media> {
  const source = { platformFileId: sticker, url, objectKey: '', expiresAt: undefined };
  const id = ids.media(channelId, `sticker:${sticker}`);
  return Media.create({ id, mimeType: 'image/png', state: MediaState.MEDIA_STATE_PENDING, source });
}
