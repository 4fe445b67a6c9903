import { pendingFile, type ReceivedFile, typeByName, unsupported } from '@trunkline/adapter-kit';
import type { Content, Media } from '@trunkline/contracts';
import type { Attached, Attachment, Picture } from './types.ts';

/** An attachment whose bytes can be had. */
export interface File extends ReceivedFile {
  readonly isSticker?: boolean;
}

type Kind = Parameters<typeof Content.fromPartial>[0]['kind'];

/** The file of an attachment; undefined for what has none: a video, a post, a poll. */
export function fileOf({ type }: Attachment, of: Attached, channelId: string): File | undefined {
  const media = (url: string | undefined, more: Partial<Media>) =>
    url === undefined || url === '' ? undefined : { ...pendingFile(channelId, `${type}${nameOf(of)}`, url), ...more };
  const file = (kind: File['kind'], found: Partial<Media> | undefined, transcription = ''): File | undefined =>
    found && { kind, media: found, transcription };
  switch (type) {
    case 'photo': {
      const { url, width = 0, height = 0 } = largest([...(of.sizes ?? []), ...(of.orig_photo ? [of.orig_photo] : [])]);
      return file('image', media(url, { mimeType: 'image/jpeg', width, height }));
    }
    case 'graffiti':
      return file('image', media(of.url, { mimeType: 'image/png', width: of.width ?? 0, height: of.height ?? 0 }));
    case 'sticker': {
      const { url, width = 0, height = 0 } = largest(of.images ?? []);
      const found = file('image', media(url, { mimeType: 'image/png', width, height }));
      return found && { ...found, isSticker: true };
    }
    case 'doc':
      return file(
        'file',
        media(of.url, {
          mimeType: typeByName(of.ext ?? '') ?? 'application/octet-stream',
          name: of.title ?? '',
          sizeBytes: of.size ?? 0,
        }),
      );
    case 'audio':
      return file(
        'audio',
        media(of.url, { mimeType: 'audio/mpeg', name: `${songOf(of)}.mp3`, durationSeconds: of.duration ?? 0 }),
      );
    case 'audio_message': {
      const url = of.link_ogg ?? of.link_mp3;
      const mimeType = of.link_ogg === undefined ? 'audio/mpeg' : 'audio/ogg';
      return file('voice', media(url, { mimeType, durationSeconds: of.duration ?? 0 }), of.transcript);
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

function largest(pictures: readonly Picture[]): Picture {
  const area = ({ width = 0, height = 0 }: Picture) => width * height;
  return pictures.toSorted((one, other) => area(other) - area(one)).find(({ url }) => url !== undefined) ?? {};
}
