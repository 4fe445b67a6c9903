import {
  type Album,
  type AlbumItem,
  AlbumItemType,
  type Capabilities,
  type Content,
  type Text,
} from '@trunkline/contracts';
import { type Degradation, type Piece, plain } from './adapted.ts';
import { contactsText, linkText, locationText, orderText, pollText } from './as-text.ts';
import { cardPieces } from './cards.ts';
import { carries } from './carries.ts';
import { type AttachmentKind, adaptAttachment, adaptSticker, canBecome, type FileUrl, takes } from './media.ts';

/** What a content becomes in a channel. */
export interface Pieces {
  readonly pieces: readonly Piece[];
  readonly degraded: readonly Degradation[];
}

/** Divides a content into what the channel can carry, each piece natively or as text. Pure. */
export function piecesOf(content: Content, capabilities: Capabilities, fileUrl: FileUrl): Pieces {
  const { kind } = content;
  switch (kind?.$case) {
    case undefined:
      return { pieces: [], degraded: [] };
    case 'text':
      return { pieces: [{ text: kind.value }], degraded: [] };
    case 'image':
    case 'video':
    case 'audio':
    case 'voice':
    case 'file':
    case 'animation':
    case 'videoNote':
      return one(adaptAttachment(kind.$case, kind.value, capabilities, fileUrl));
    case 'sticker':
      return one(adaptSticker(kind.value, capabilities, fileUrl));
    case 'album':
      return albumPieces(kind.value, capabilities, fileUrl);
    case 'cards':
      return cardPieces(kind.value.cards, capabilities, fileUrl);
    case 'location':
      return nativeOr(kind, capabilities, plain(locationText(kind.value)), 'D10');
    case 'contactCards':
      return nativeOr(kind, capabilities, plain(contactsText(kind.value)), 'D11');
    case 'link':
      return nativeOr(kind, capabilities, plain(linkText(kind.value)), 'D2');
    case 'template':
      // Without a text of its own it goes on as it is: the connector knows best why it cannot be sent.
      if (kind.value.preview === '') break;
      return nativeOr(kind, capabilities, plain(kind.value.preview), 'D2');
    case 'form':
      return nativeOr(kind, capabilities, plain(fieldsText(kind.value.values)), 'D2');
    case 'order':
      return nativeOr(kind, capabilities, plain(orderText(kind.value)), 'D2');
    case 'story':
      return nativeOr(kind, capabilities, kind.value.text ?? plain(''), 'D2');
    case 'poll':
      return nativeOr(kind, capabilities, plain(pollText(kind.value)), 'D2');
    case 'unsupported':
      return nativeOr(kind, capabilities, plain(kind.value.text), 'D2');
  }
  return { pieces: [{ native: kind, text: plain('') }], degraded: [] };
}

function nativeOr(
  native: NonNullable<Content['kind']>,
  capabilities: Capabilities,
  text: Text,
  degradation: Degradation,
): Pieces {
  const isNative = carries(capabilities, native.$case) !== undefined;
  return isNative
    ? { pieces: [{ native, text: plain('') }], degraded: [] }
    : { pieces: [{ text }], degraded: [degradation] };
}

function one({ piece, degraded }: { piece: Piece; degraded: readonly Degradation[] }): Pieces {
  return { pieces: [piece], degraded };
}

/** Pieces one after another, with what was degraded in all. Pure. */
export function many(pieces: readonly Pieces[], degradation?: Degradation): Pieces {
  const own = pieces.flatMap(({ degraded }) => degraded);
  return {
    pieces: pieces.flatMap((each) => each.pieces),
    degraded: degradation === undefined ? own : [...own, degradation],
  };
}

const kinds: Readonly<Record<AlbumItemType, AttachmentKind>> = {
  [AlbumItemType.ALBUM_ITEM_TYPE_UNSPECIFIED]: 'file',
  [AlbumItemType.ALBUM_ITEM_TYPE_IMAGE]: 'image',
  [AlbumItemType.ALBUM_ITEM_TYPE_VIDEO]: 'video',
  [AlbumItemType.ALBUM_ITEM_TYPE_AUDIO]: 'audio',
  [AlbumItemType.ALBUM_ITEM_TYPE_FILE]: 'file',
};

/** An album as one, as several, or as single files; the caption goes with the first. */
function albumPieces(album: Album, capabilities: Capabilities, fileUrl: FileUrl): Pieces {
  const { albumMax } = capabilities;
  const isTaken = ({ type, media }: AlbumItem) => takes(capabilities, kinds[type], media);
  const isMadeFit = ({ type, media }: AlbumItem) => kinds[type] === 'image' && canBecome(capabilities, media);
  const isNative =
    albumMax > 1 &&
    carries(capabilities, 'album') !== undefined &&
    album.items.every((item) => isTaken(item) || isMadeFit(item));
  if (!isNative) return singles(album, capabilities, fileUrl);
  const chunks: Pieces[] = [];
  for (let from = 0; from < album.items.length; from += albumMax) {
    const items = album.items.slice(from, from + albumMax);
    const caption = from === 0 ? album.caption : undefined;
    chunks.push(items.length === 1 ? singles({ items, caption }, capabilities, fileUrl) : together(items, caption));
  }
  return many(chunks, album.items.every(isTaken) ? undefined : 'D12');
}

/** Items' own captions would have limits of their own: they follow as text where there is more than one. */
function together(items: readonly AlbumItem[], caption: Text | undefined): Pieces {
  const bare = items.map((item) => ({ ...item, caption: undefined }));
  const captions = [caption, ...items.map((item) => item.caption)].filter((text) => text?.plain);
  const native = { $case: 'album' as const, value: { items: bare, caption: undefined } };
  const [first = plain(''), ...others] = captions.flatMap((text) => text ?? []);
  return { pieces: [{ native, text: first }, ...others.map((text) => ({ text }))], degraded: [] };
}

function singles({ items, caption }: Album, capabilities: Capabilities, fileUrl: FileUrl): Pieces {
  return many(
    items.map(({ type, media, caption: own }, index) => {
      const text = own?.plain ? own : index === 0 ? caption : undefined;
      const made = one(
        adaptAttachment(kinds[type], { media, caption: text, transcription: '' }, capabilities, fileUrl),
      );
      const isSkipped = index === 0 && own?.plain && caption?.plain;
      return isSkipped ? { ...made, pieces: [{ text: caption }, ...made.pieces] } : made;
    }),
  );
}

function fieldsText(values: Readonly<Record<string, string>>): string {
  return Object.entries(values)
    .map(([name, value]) => `${name}: ${value}`)
    .join('\n');
}
