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
import type { ApiCall, Upload } from './api.ts';
import type { Fixes } from './errors.ts';
import { textParams } from './render-text.ts';

/** The call that writes a content, without its place. Throws ConnectorError 'unsupported' and 'content_invalid'. */
export function renderContent({ kind }: Content, fixes: Fixes): ApiCall {
  switch (kind?.$case) {
    case 'text':
      return write('sendMessage', textParams('text', kind.value, fixes.isPlain));
    case 'image':
      return attachment('Photo', kind.value, fixes);
    case 'video':
      return attachment('Video', kind.value, fixes);
    case 'audio':
      return attachment('Audio', kind.value, fixes);
    case 'voice':
      return attachment('Voice', kind.value, fixes);
    case 'file':
      return attachment('Document', kind.value, fixes);
    case 'animation':
      return attachment('Animation', kind.value, fixes);
    case 'videoNote':
      return kind.value.caption?.plain ? attachment('Video', kind.value, fixes) : videoNote(kind.value, fixes);
    case 'sticker':
      return fixes.isAsFile
        ? attachment('Document', { ...kind.value, caption: undefined, transcription: '' }, fixes)
        : { ...write('sendSticker', {}), uploads: [uploadOf('sticker', kind.value.media)] };
    case 'album':
      return album(kind.value, fixes);
    case 'location':
      return write(...location(kind.value));
    case 'contactCards':
      return contacts(kind.value.cards);
    case 'link':
      return link(kind.value, fixes);
    case 'poll':
      return write('sendPoll', { ...kind.value, options: kind.value.options.map((text) => ({ text })) });
    default:
      throw new ConnectorError('unsupported', `Telegram has no message of the kind ${kind?.$case ?? 'none'}`);
  }
}

function write(method: string, params: ApiCall['params']): ApiCall {
  return { method, params, uploads: [] };
}

/** A file of ours, always as bytes: the platform fetches addresses badly and only small ones. */
export function uploadOf(field: string, media: Media | undefined): Upload {
  if (media === undefined) throw new ConnectorError('content_invalid', 'the message has no file');
  return { field, media };
}

type FileKind = 'Photo' | 'Video' | 'Audio' | 'Voice' | 'Document' | 'Animation';

/** What the platform could not take as what it is goes once more as a plain file. */
function attachment(kind: FileKind, { media, caption }: Attachment, { isAsFile, isPlain }: Fixes): ApiCall {
  const name = isAsFile ? 'Document' : kind;
  const isFilm = name === 'Video' || name === 'Animation';
  const params = {
    ...textParams('caption', caption, isPlain),
    ...(isFilm ? positive({ width: media?.width, height: media?.height }) : {}),
    ...(isFilm || name === 'Audio' || name === 'Voice' ? positive({ duration: media?.durationSeconds }) : {}),
    ...(name === 'Video' ? { supports_streaming: true } : {}),
  };
  return { method: `send${name}`, params, uploads: [uploadOf(name.toLowerCase(), media)] };
}

/** A round video has no caption; with one it is sent as a video. */
function videoNote({ media, caption, transcription }: Attachment, fixes: Fixes): ApiCall {
  if (fixes.isAsFile) return attachment('Document', { media, caption, transcription }, fixes);
  const params = positive({ duration: media?.durationSeconds });
  return { method: 'sendVideoNote', params, uploads: [uploadOf('video_note', media)] };
}

const albumTypes: Readonly<Record<AlbumItemType, 'photo' | 'video' | 'audio' | 'document'>> = {
  [AlbumItemType.ALBUM_ITEM_TYPE_IMAGE]: 'photo',
  [AlbumItemType.ALBUM_ITEM_TYPE_VIDEO]: 'video',
  [AlbumItemType.ALBUM_ITEM_TYPE_AUDIO]: 'audio',
  [AlbumItemType.ALBUM_ITEM_TYPE_FILE]: 'document',
  [AlbumItemType.ALBUM_ITEM_TYPE_UNSPECIFIED]: 'document',
};
const singles = { photo: 'Photo', video: 'Video', audio: 'Audio', document: 'Document' } as const;

/** Pictures and videos mix; anything else makes an album of files. The whole's text stands under the first item. */
function album({ items, caption }: Album, fixes: Fixes): ApiCall {
  const types = new Set(items.map(({ type }) => albumTypes[type]));
  const isAlike = types.size === 1 || (types.size === 2 && types.has('photo') && types.has('video'));
  const typeOf = (type: AlbumItemType) => (isAlike && !fixes.isAsFile ? albumTypes[type] : 'document');
  const texts = items.map((item, index) => (index === 0 ? (caption ?? item.caption) : item.caption));
  const [first] = items;
  if (first !== undefined && items.length === 1) {
    return attachment(singles[typeOf(first.type)], { media: first.media, caption: texts[0], transcription: '' }, fixes);
  }
  const media = items.map(({ type }, index) => ({
    type: typeOf(type),
    media: `attach://file${index}`,
    ...textParams('caption', texts[index], fixes.isPlain),
  }));
  const uploads = items.map((item, index) => uploadOf(`file${index}`, item.media));
  return { method: 'sendMediaGroup', params: { media }, uploads };
}

function location({ latitude, longitude, title, address, liveSeconds }: Location): [string, ApiCall['params']] {
  const named = { title: title || address, address: address || title };
  if (named.title !== '') return ['sendVenue', { latitude, longitude, ...named }];
  return ['sendLocation', { latitude, longitude, ...positive({ live_period: liveSeconds }) }];
}

const vcardMaxBytes = 2_048;

/** One card with a number is a card; several cannot be one message, so they are lines of text. */
function contacts(cards: readonly ContactCard[]): ApiCall {
  const [card] = cards;
  const phone = card?.phones[0];
  if (card === undefined || cards.length > 1 || phone === undefined) {
    const line = ({ name, phones, emails }: ContactCard) => [name, ...phones, ...emails].filter(Boolean).join(', ');
    return write('sendMessage', textParams('text', Text.create({ plain: cards.map(line).join('\n') })));
  }
  const hasVcard = card.vcard !== '' && Buffer.byteLength(card.vcard) <= vcardMaxBytes;
  const vcard = hasVcard ? { vcard: card.vcard } : {};
  return write('sendContact', { phone_number: phone, first_name: card.name || phone, ...vcard });
}

function link({ url, title, description }: LinkPreview, { isPlain }: Fixes): ApiCall {
  const plain = [title, description, url].filter((line) => line !== '').join('\n');
  const marks = [Mark.create({ type: MarkType.MARK_TYPE_BOLD, offset: 0, length: title.length })];
  const text = Text.create({ plain, marks: title === '' ? [] : marks });
  return write('sendMessage', { ...textParams('text', text, isPlain), link_preview_options: { url } });
}

/** Those that are known; zero means that they are not. */
function positive(numbers: Readonly<Record<string, number | undefined>>): Record<string, number> {
  return Object.fromEntries(Object.entries(numbers).flatMap(([name, value]) => (value ? [[name, value]] : [])));
}
