import { ConnectorError } from '@trunkline/adapter-kit';
import {
  type Album,
  AlbumItemType,
  type Attachment,
  type ContactCard,
  type Content,
  type LinkPreview,
  type Location,
  Mark,
  MarkType,
  type Media,
  Text,
} from '@trunkline/contracts';
import type { ApiCall } from './api.ts';
import type { Fixes } from './errors.ts';
import { textParams } from './render-text.ts';

/** A call, and the files that go with it under their fields' names: always as bytes, since the platform fetches addresses badly. */
export interface Rendered extends ApiCall {
  readonly uploads: readonly (readonly [field: string, media: Media | undefined])[];
}

/** A call without files. */
export function plainCall(method: string, params: ApiCall['params']): Rendered {
  return { method, params, uploads: [] };
}

/** Contents that are a file, by the platform's name of it. */
const files = {
  image: 'photo',
  video: 'video',
  audio: 'audio',
  voice: 'voice',
  file: 'document',
  animation: 'animation',
  videoNote: 'video_note',
} as const;

/** The call that writes a content, without its place. Throws ConnectorError 'unsupported' and 'content_invalid'. */
export function renderContent({ kind }: Content, fixes: Fixes): Rendered {
  switch (kind?.$case) {
    case 'text':
      return plainCall('sendMessage', textParams('text', kind.value, fixes.isPlain));
    case 'image':
    case 'video':
    case 'audio':
    case 'voice':
    case 'file':
    case 'animation':
    case 'videoNote':
      return attachment(files[kind.$case], kind.value, fixes);
    case 'sticker':
      return attachment('sticker', kind.value, fixes);
    case 'album':
      return album(kind.value, fixes);
    case 'location':
      return location(kind.value);
    case 'contactCards':
      return contacts(kind.value.cards);
    case 'link':
      return link(kind.value, fixes);
    case 'poll':
      return plainCall('sendPoll', { ...kind.value, options: kind.value.options.map((text) => ({ text })) });
    default:
      throw new ConnectorError('unsupported', `Telegram has no message of the kind ${kind?.$case ?? 'none'}`);
  }
}

type FileKind = (typeof files)[keyof typeof files] | 'sticker';

/** Kinds that have a frame, and those that last. */
const framed: readonly FileKind[] = ['video', 'animation'];
const lasting: readonly FileKind[] = [...framed, 'audio', 'voice', 'video_note'];

/** What the platform could not take as what it is goes once more as a plain file; a round video with a text as a video. */
function attachment(wanted: FileKind, { media, caption }: Partial<Attachment>, { isAsFile, isPlain }: Fixes): Rendered {
  const isRoundWithText = wanted === 'video_note' && caption !== undefined && caption.plain !== '';
  const kind = isAsFile ? 'document' : isRoundWithText ? 'video' : wanted;
  const { width = 0, height = 0, durationSeconds: duration = 0 } = media ?? {};
  const params = {
    ...textParams('caption', caption, isPlain),
    ...(framed.includes(kind) && width > 0 && height > 0 ? { width, height } : {}),
    ...(lasting.includes(kind) && duration > 0 ? { duration } : {}),
    ...(kind === 'video' ? { supports_streaming: true } : {}),
  };
  const name = kind === 'video_note' ? 'VideoNote' : `${kind.charAt(0).toUpperCase()}${kind.slice(1)}`;
  return { method: `send${name}`, params, uploads: [[kind, media]] };
}

const albumTypes: Partial<Record<AlbumItemType, 'photo' | 'video' | 'audio'>> = {
  [AlbumItemType.ALBUM_ITEM_TYPE_IMAGE]: 'photo',
  [AlbumItemType.ALBUM_ITEM_TYPE_VIDEO]: 'video',
  [AlbumItemType.ALBUM_ITEM_TYPE_AUDIO]: 'audio',
};

/** Pictures and videos mix; anything else makes an album of files. The whole's text stands under the first item. */
function album({ items, caption }: Album, fixes: Fixes): Rendered {
  const types = new Set(items.map(({ type }) => albumTypes[type] ?? 'document'));
  const isAlike = types.size === 1 || (types.size === 2 && types.has('photo') && types.has('video'));
  const shown = items.map((item, index) => ({
    type: (isAlike && !fixes.isAsFile && albumTypes[item.type]) || ('document' as const),
    media: item.media,
    caption: index === 0 ? (caption ?? item.caption) : item.caption,
  }));
  const [first] = shown;
  if (first !== undefined && shown.length === 1) return attachment(first.type, first as Partial<Attachment>, fixes);
  const media = shown.map(({ type, caption: text }, index) => ({
    ...{ type, media: `attach://file${index}` },
    ...textParams('caption', text, fixes.isPlain),
  }));
  const uploads = shown.map((item, index) => [`file${index}`, item.media] as const);
  return { method: 'sendMediaGroup', params: { media }, uploads };
}

function location({ latitude, longitude, title, address, liveSeconds }: Location): Rendered {
  const place = { latitude, longitude };
  const named = { title: title || address, address: address || title };
  if (named.title !== '') return plainCall('sendVenue', { ...place, ...named });
  return plainCall('sendLocation', liveSeconds === 0 ? place : { ...place, live_period: liveSeconds });
}

const vcardMaxBytes = 2_048;

/** One card with a number is a card; several cannot be one message, so they are lines of text. */
function contacts(cards: readonly ContactCard[]): Rendered {
  const [card] = cards;
  const phone = card?.phones[0];
  if (card === undefined || cards.length > 1 || phone === undefined) {
    const line = ({ name, phones, emails }: ContactCard) => [name, ...phones, ...emails].filter(Boolean).join(', ');
    return plainCall('sendMessage', { text: cards.map(line).join('\n') });
  }
  const hasVcard = card.vcard !== '' && Buffer.byteLength(card.vcard) <= vcardMaxBytes;
  const vcard = hasVcard ? { vcard: card.vcard } : {};
  return plainCall('sendContact', { phone_number: phone, first_name: card.name || phone, ...vcard });
}

function link({ url, title, description }: LinkPreview, { isPlain }: Fixes): Rendered {
  const plain = [title, description, url].filter((line) => line !== '').join('\n');
  const marks = [Mark.create({ type: MarkType.MARK_TYPE_BOLD, offset: 0, length: title.length })];
  const text = textParams('text', Text.create({ plain, marks: title === '' ? [] : marks }), isPlain);
  return plainCall('sendMessage', { ...text, link_preview_options: { url } });
}
