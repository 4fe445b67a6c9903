import { pendingFile, type ReceivedFile, typeByName, unsupported } from '@trunkline/adapter-kit';
import type { Content, Media } from '@trunkline/contracts';
import type { Attached, Attachment, Picture } from './types.ts';

/** An attachment whose bytes can be had. */
export interface File extends ReceivedFile {
  readonly isSticker?: boolean;
}

type Kind = Parameters<typeof Content.fromPartial>[0]['kind'];

const unknownType = 'application/octet-stream';
/** Pictures of each kind, which come in several sizes or in one. */
const pictures = new Map(Object.entries({ photo: 'image/jpeg', graffiti: 'image/png', sticker: 'image/png' }));

/** The file of an attachment; undefined for what has none: a video, a post, a poll. */
export function fileOf({ type }: Attachment, of: Attached, channelId: string): File | undefined {
  const file = (kind: File['kind'], url: string | undefined, more: Partial<Media>): File | undefined =>
    url ? { kind, media: { ...pendingFile(channelId, `${type}${nameOf(of)}`, url), ...more } } : undefined;
  const { duration: durationSeconds = 0, title: name = '', size: sizeBytes = 0 } = of;
  const mimeType = pictures.get(type);
  if (mimeType !== undefined) {
    const { url, width = 0, height = 0 } = largest(of);
    const found = file('image', url, { mimeType, width, height });
    return found && { ...found, isSticker: type === 'sticker' };
  }
  switch (type) {
    case 'doc':
      return file('file', of.url, { mimeType: typeByName(of.ext ?? '') ?? unknownType, name, sizeBytes });
    case 'audio':
      return file('audio', of.url, { mimeType: 'audio/mpeg', name: `${songOf(of)}.mp3`, durationSeconds });
    case 'audio_message': {
      const voice = of.link_ogg === undefined ? 'audio/mpeg' : 'audio/ogg';
      const found = file('voice', of.link_ogg ?? of.link_mp3, { mimeType: voice, durationSeconds });
      return found && { ...found, transcription: of.transcript ?? '' };
    }
    default:
      return undefined;
  }
}

/** Kinds that have a page on VK. */
const pages = ['video', 'wall', 'market', 'story', 'photo', 'poll', 'doc', 'article'];

/** What has no file, alone in its message. */
export function linkOf(attachment: Attachment, of: Attached): Kind {
  const { question = '', answers = [], title = '', description = '', url = addressOf(attachment, of) } = of;
  if (attachment.type === 'poll' && question !== '') {
    return { $case: 'poll', value: { question, options: answers.map((answer) => answer.text) } };
  }
  if (url !== '') return { $case: 'link', value: { url, title, description } };
  return { $case: 'unsupported', value: unsupported('VK', attachment.type) };
}

/** The same among other things: one line. */
export function lineOf(attachment: Attachment, of: Attached): string {
  return of.url || addressOf(attachment, of) || songOf(of) || unsupported('VK', attachment.type).text;
}

function addressOf({ type }: Attachment, { id, owner_id: owner }: Attached): string {
  return pages.includes(type) && id !== undefined && owner !== undefined ? `https://vk.com/${type}${owner}_${id}` : '';
}

function songOf({ artist = '', title = '' }: Attached): string {
  return [artist, title].filter((word) => word !== '').join(' – ');
}

/** A thing of VK is named by owner and number; stickers by their number alone. */
function nameOf({ id, owner_id: owner, sticker_id: sticker }: Attached): string {
  return sticker === undefined ? `${owner ?? 0}_${id ?? 0}` : String(sticker);
}

function largest({ sizes = [], orig_photo: original, images = [], url, width, height }: Attached): Picture {
  const area = (picture: Picture) => (picture.width ?? 0) * (picture.height ?? 0);
  const all = [...sizes, ...(original ? [original] : []), ...images, { url, width, height }];
  return all.toSorted((one, other) => area(other) - area(one)).find((picture) => picture.url !== undefined) ?? {};
}
