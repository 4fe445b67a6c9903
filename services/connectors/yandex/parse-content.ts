import { AlbumItemType, Content, ids, Media, MediaState, Text } from '@trunkline/contracts';
import type { Message } from './types.ts';

/** Which message the content is of. */
export interface Of {
  readonly channelId: string;
  readonly messageId: string;
}

type Kind = Parameters<typeof Content.fromPartial>[0]['kind'];

/** What a message carries; undefined for nothing that is known here. */
export function contentOf(message: Message, { channelId }: Of): Content | undefined {
  const { text = '', images = [], file, sticker } = message;
  const caption = text === '' ? {} : { caption: Text.create({ plain: text }) };
  const pictures = images.flatMap((sizes) => {
    const largest = sizes.toSorted((one, other) => (other.width ?? 0) - (one.width ?? 0))[0];
    return largest === undefined ? [] : [mediaOf({ id: largest.file_id, ...largest }, 'image/jpeg', channelId)];
  });
  const [picture] = pictures;
  if (pictures.length > 1) {
    const items = pictures.map((media) => ({ type: AlbumItemType.ALBUM_ITEM_TYPE_IMAGE, media }));
    return content({ $case: 'album', value: { items, ...caption } });
  }
  if (picture !== undefined) return content({ $case: 'image', value: { media: picture, ...caption } });
  if (file !== undefined) {
    const media = mediaOf(file, 'application/octet-stream', channelId);
    return content({ $case: 'file', value: { media, ...caption } });
  }
  if (sticker !== undefined) {
    const { emoji = '' } = sticker;
    return content({ $case: 'sticker', value: { media: mediaOf(sticker, 'image/png', channelId), emoji } });
  }
  return text === '' ? undefined : content({ $case: 'text', value: { plain: text } });
}

/** Something that cannot be shown, with words for people. */
export function unsupported(platformType: string, words?: string): Content {
  const shown = words ?? `Yandex sent something that cannot be shown here: ${platformType.replaceAll('_', ' ')}`;
  return content({ $case: 'unsupported', value: { platformType, text: shown } });
}

function content(kind: Kind): Content {
  return Content.fromPartial({ kind });
}

interface GivenFile {
  readonly id: string;
  readonly name?: string | undefined;
  readonly size?: number | undefined;
  readonly width?: number | undefined;
  readonly height?: number | undefined;
}

const mimeTypes: Readonly<Record<string, string>> = {
  ...{ jpg: 'image/jpeg', jpeg: 'image/jpeg', png: 'image/png', gif: 'image/gif', webp: 'image/webp' },
  ...{ pdf: 'application/pdf', mp4: 'video/mp4', mp3: 'audio/mpeg', ogg: 'audio/ogg' },
};

/** A file is fetched by its id; its type is told by its name's ending until the copy is typed by its content. */
function mediaOf(file: GivenFile, usualType: string, channelId: string): Media {
  const { id: platformFileId, name = '', size: sizeBytes = 0, width = 0, height = 0 } = file;
  const ending = name.split('.').at(-1)?.toLowerCase() ?? '';
  const mimeType = Object.hasOwn(mimeTypes, ending) ? (mimeTypes[ending] ?? usualType) : usualType;
  return Media.create({
    ...{ id: ids.media(channelId, platformFileId), mimeType, name, sizeBytes, width, height },
    state: MediaState.MEDIA_STATE_PENDING,
    source: { platformFileId, url: '', objectKey: '', expiresAt: undefined },
  });
}
