import { ConnectorError } from '@trunkline/adapter-kit';
import { type Album, AlbumItemType, type Attachment, type Content, type Media } from '@trunkline/contracts';
import type { Params } from './api.ts';

/** A file that a message carries, and as what it is put to VK. */
export interface Upload {
  readonly as: 'photo' | 'doc' | 'audio_message';
  readonly media: Media | undefined;
}

/** A content: the fields of its message, and its files. */
export interface Rendered {
  readonly params: Params;
  readonly uploads?: readonly Upload[];
}

/** What writes a content. Pure. Throws ConnectorError 'unsupported'. */
export function renderContent({ kind }: Content): Rendered {
  switch (kind?.$case) {
    case 'text':
      return { params: { message: kind.value.plain } };
    case 'image':
      return withFile('photo', kind.value);
    case 'voice':
      return withFile('audio_message', kind.value);
    case 'file':
      return withFile('doc', kind.value);
    case 'album':
      return albumOf(kind.value);
    case 'location': {
      const { latitude: lat, longitude: long, title, address } = kind.value;
      const words = [title, address].filter((line) => line !== '').join('\n');
      return { params: { message: words || undefined, lat, long } };
    }
    default:
      throw new ConnectorError('unsupported', `VK has no message of the kind ${kind?.$case ?? 'none'}`);
  }
}

function withFile(as: Upload['as'], { media, caption }: Attachment): Rendered {
  return { params: { message: caption?.plain || undefined }, uploads: [{ as, media }] };
}

/** Pictures as pictures, everything else as files: VK shows both together. */
function albumOf({ items, caption }: Album): Rendered {
  const words = [caption, ...items.map((item) => item.caption)].flatMap((one) => one?.plain || []);
  const kindOf = (type: AlbumItemType) => (type === AlbumItemType.ALBUM_ITEM_TYPE_IMAGE ? 'photo' : 'doc');
  const uploads = items.map(({ type, media }): Upload => ({ as: kindOf(type), media }));
  return { params: { message: words.join('\n') || undefined }, uploads };
}
