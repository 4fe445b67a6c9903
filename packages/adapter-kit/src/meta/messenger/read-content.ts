import { AlbumItemType, Content, ids, type Media, MediaState, type Text } from '@trunkline/contracts';
import { unsupported } from '../../received-content.ts';
import type { MetaAttachment, MetaMessage } from './shapes.ts';

type Told = NonNullable<Parameters<typeof Content.fromPartial>[0]['kind']>;

/** Where a file stands: what makes its id. */
interface Place {
  readonly channelId: string;
  /** Of the message, and the number of the attachment in it. */
  readonly fileId: string;
}

/** A file at an address of the platform, good for some days. Pure. */
export function metaMedia({ channelId, fileId }: Place, url: string, mimeType: string): Partial<Media> {
  const name = mimeType === 'application/octet-stream' ? nameIn(url) : '';
  return {
    ...{ id: ids.media(channelId, fileId), mimeType, name, state: MediaState.MEDIA_STATE_PENDING },
    source: { platformFileId: fileId, url, objectKey: '', expiresAt: undefined },
  };
}

/**
 * What a message carries, as one content where that can be: several files are an album, a text beside a file its caption. Pure.
 */
export function readContents(message: MetaMessage, channelId: string): Content[] {
  const { text = '', mid, attachments = [], reply_to: answered } = message;
  if (message.is_unsupported === true) return [strange('unsupported')];
  if (answered?.story !== undefined) return [storyAnswer(message, channelId)];
  const read = attachments.map((each, index) => readAttachment(each, { channelId, fileId: `${mid}:${index}` }));
  const items = read.flatMap(itemOf);
  const isAlbum = items.length > 1 && items.length === read.length;
  const contents = isAlbum ? [Content.fromPartial({ kind: { $case: 'album', value: { items } } })] : read;
  return withText(contents, text);
}

/** The text is told once: as the words of what has a place for them, else before everything. */
function withText(contents: readonly Content[], plain: string): Content[] {
  const [first, ...others] = contents;
  const kind = first?.kind;
  if (plain === '') return [...contents];
  if (kind?.$case === 'link') {
    const description = plain === kind.value.url ? '' : plain;
    return [{ kind: { ...kind, value: { ...kind.value, description } } }, ...others];
  }
  const text: Text = { plain, marks: [] };
  if (kind?.$case === 'story') return [{ kind: { ...kind, value: { ...kind.value, text } } }, ...others];
  if (kind !== undefined && captioned.has(kind.$case)) {
    return [Content.fromPartial({ kind: { ...kind, value: { ...kind.value, caption: text } } as Told }), ...others];
  }
  return [{ kind: { $case: 'text', value: text } }, ...contents];
}

const captioned: ReadonlySet<string> = new Set(['image', 'video', 'audio', 'voice', 'file', 'album']);

const { ALBUM_ITEM_TYPE_IMAGE: image, ALBUM_ITEM_TYPE_VIDEO: video } = AlbumItemType;
const { ALBUM_ITEM_TYPE_AUDIO: audio, ALBUM_ITEM_TYPE_FILE: file } = AlbumItemType;
const itemTypes: Readonly<Record<string, AlbumItemType>> = { image, video, audio, voice: audio, file };

function itemOf({ kind }: Content) {
  const type = itemTypes[kind?.$case ?? ''];
  const media = kind !== undefined && 'media' in kind.value ? kind.value.media : undefined;
  return type === undefined || media === undefined ? [] : [{ type, media }];
}

/** Recordings come as MP4 or AAC, music under its own name. */
const music: Readonly<Record<string, string>> = {
  mp3: 'audio/mpeg',
  wav: 'audio/wav',
  ogg: 'audio/ogg',
  flac: 'audio/flac',
};
const thumbs: ReadonlySet<string> = new Set(['369239263222822', '369239343222814', '369239383222810']);

function readAttachment(attachment: MetaAttachment, place: Place): Content {
  const { type, payload, title: outerTitle, url: outerUrl } = attachment;
  const url = payload?.url ?? outerUrl ?? '';
  const title = payload?.title ?? outerTitle ?? '';
  const sticker = payload?.sticker_id;
  const told = (kind: Told): Content => Content.fromPartial({ kind });
  const file = (mimeType: string) => ({ media: metaMedia(place, url, mimeType) });
  // What has no address is at least named.
  if (!URL.canParse(url)) return strange(type, payload?.text ?? title);
  if (sticker !== undefined) {
    const emoji = thumbs.has(sticker) ? '👍' : '';
    return told({ $case: 'sticker', value: { media: metaMedia(place, url, 'image/png'), emoji } });
  }
  switch (type) {
    case 'image':
      return told({ $case: 'image', value: file('image/jpeg') });
    case 'sticker':
      return told({ $case: 'sticker', value: file('image/png') });
    case 'video':
    case 'reel':
    case 'ig_reel':
      return told({ $case: 'video', value: { ...file('video/mp4'), ...(title && { caption: { plain: title } }) } });
    case 'audio': {
      const mimeType = music[/\.(\w+)$/.exec(nameIn(url))?.[1]?.toLowerCase() ?? ''];
      if (mimeType !== undefined) return told({ $case: 'audio', value: file(mimeType) });
      return told({ $case: 'voice', value: file('audio/mp4') });
    }
    case 'file':
      return told({ $case: 'file', value: file('application/octet-stream') });
    case 'story_mention':
      return told({ $case: 'story', value: { isMention: true, media: metaMedia(place, url, '') } });
    case 'fallback':
    case 'share':
    case 'ig_post':
      return told({ $case: 'link', value: { url, title } });
    default:
      return strange(type, title);
  }
}

function storyAnswer(
  { mid, text = '', reply_to: answered, attachments = [] }: MetaMessage,
  channelId: string,
): Content {
  const { id: platformStoryId = '', url = '' } = answered?.story ?? {};
  const [first] = attachments;
  const address = first?.payload?.url ?? url;
  const media = metaMedia({ channelId, fileId: `${mid}:story` }, address, '');
  const value = {
    platformStoryId,
    ...(URL.canParse(address) && { media }),
    ...(text !== '' && { text: { plain: text } }),
  };
  return Content.fromPartial({ kind: { $case: 'story', value } });
}

function strange(type: string, said?: string): Content {
  return { kind: { $case: 'unsupported', value: unsupported('The messenger', type, said) } };
}

function nameIn(url: string): string {
  const [last = ''] = new URL(url).pathname.split('/').slice(-1);
  try {
    return decodeURIComponent(last).slice(0, 200);
  } catch {
    return last.slice(0, 200);
  }
}
