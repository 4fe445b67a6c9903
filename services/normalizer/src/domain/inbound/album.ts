import { type Album, type AlbumItem, AlbumItemType, type ChannelEvent, type Content } from '@trunkline/contracts';

const itemTypes: Readonly<Record<string, AlbumItemType>> = {
  image: AlbumItemType.ALBUM_ITEM_TYPE_IMAGE,
  video: AlbumItemType.ALBUM_ITEM_TYPE_VIDEO,
  audio: AlbumItemType.ALBUM_ITEM_TYPE_AUDIO,
  file: AlbumItemType.ALBUM_ITEM_TYPE_FILE,
};

/**
 * The gathered parts of an album as one event: the first one's, with all items and the caption. Undefined when there is
 * nothing to gather: a lone part, or parts that an album cannot hold. Pure.
 */
export function gatherAlbum(parts: readonly ChannelEvent[]): ChannelEvent | undefined {
  const [first] = parts;
  const items = parts.flatMap((part) => itemOf(contentOf(part)) ?? []);
  if (first?.event?.$case !== 'message' || parts.length < 2 || items.length !== parts.length) return undefined;
  const content: Content = { kind: { $case: 'album', value: withCaption(items) } };
  return { ...first, event: { $case: 'message', value: { ...first.event.value, content } } };
}

/** A lone caption is the whole album's; several belong to their items. */
function withCaption(items: AlbumItem[]): Album {
  const captions = items.flatMap(({ caption }) => (caption?.plain ? [caption] : []));
  if (captions.length > 1) return { items, caption: undefined };
  return { items: items.map((item) => ({ ...item, caption: undefined })), caption: captions[0] };
}

function contentOf({ event }: ChannelEvent): Content | undefined {
  return event?.$case === 'message' ? event.value.content : undefined;
}

function itemOf(content: Content | undefined): AlbumItem | undefined {
  const kind = content?.kind;
  switch (kind?.$case) {
    case 'image':
    case 'video':
    case 'audio':
    case 'file':
      return {
        type: itemTypes[kind.$case] ?? AlbumItemType.ALBUM_ITEM_TYPE_UNSPECIFIED,
        media: kind.value.media,
        caption: kind.value.caption,
      };
    default:
      return undefined;
  }
}
