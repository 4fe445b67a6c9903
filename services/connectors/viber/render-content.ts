import { ConnectorError, escapeHtml } from '@trunkline/adapter-kit';
import type { Attachment, Card, ContactCard, Content, LinkPreview, Media } from '@trunkline/contracts';
import { captionLimit, textLimit } from './capabilities.ts';
import { buttonOf } from './render-keyboard.ts';
import { written } from './render-text.ts';

type Json = Readonly<Record<string, unknown>>;

/** Gives the public address of a file of ours: Viber takes no bytes. */
export type FileUrl = (media: Media) => string;

const videoSecondsMax = 180;
const nameMax = 28;
const phoneMax = 18;
const addressMax = 2_000;
const cardsMax = 6;
const fileNameMax = 256;
const cellTextMax = 250;

/** The fields that carry a content. Pure. Throws ConnectorError 'unsupported' and 'content_invalid'. */
export function renderContent({ kind }: Content, fileUrl: FileUrl): Json {
  switch (kind?.$case) {
    case 'text':
      return text(written(kind.value, textLimit));
    case 'image':
      return { type: 'picture', media: fileUrl(fileOf(kind.value)), text: captionOf(kind.value) };
    case 'video':
      return video(fileOf(kind.value), fileUrl);
    case 'file':
      return file(fileOf(kind.value), fileUrl);
    case 'location': {
      const { latitude: lat, longitude: lon } = kind.value;
      return { type: 'location', location: { lat, lon } };
    }
    case 'contactCards':
      return contacts(kind.value.cards);
    case 'link':
      return link(kind.value);
    case 'cards':
      return cards(kind.value.cards, fileUrl);
    default:
      throw new ConnectorError('unsupported', `Viber has no message of the kind ${kind?.$case ?? 'none'}`);
  }
}

function text(plain: string): Json {
  return { type: 'text', text: plain };
}

function fileOf({ media }: Attachment): Media {
  if (media !== undefined) return media;
  throw new ConnectorError('content_invalid', 'the message has no file');
}

function captionOf({ caption }: Attachment): string {
  return caption === undefined ? '' : written(caption, captionLimit);
}

/** What lasts too long for a video goes as a file. */
function video(media: Media, fileUrl: FileUrl): Json {
  const { sizeBytes: size, durationSeconds: duration } = media;
  if (duration > videoSecondsMax) return file(media, fileUrl);
  return { type: 'video', media: fileUrl(media), size, ...(duration > 0 ? { duration } : {}) };
}

function file(media: Media, fileUrl: FileUrl): Json {
  const { name, mimeType, sizeBytes: size } = media;
  const ending = mimeType.split('/')[1]?.replaceAll(/[^a-z0-9]/g, '') || 'bin';
  return { type: 'file', media: fileUrl(media), size, file_name: (name || `file.${ending}`).slice(-fileNameMax) };
}

/** One card with one number is a card; whatever is more is lines of text. */
function contacts(all: readonly ContactCard[]): Json {
  const [card] = all;
  const phone = card?.phones[0] ?? '';
  const isCard = all.length === 1 && card?.phones.length === 1 && card.emails.length === 0;
  const name = card?.name || phone;
  if (isCard && name.length <= nameMax && phone.length <= phoneMax) {
    return { type: 'contact', contact: { name, phone_number: phone } };
  }
  return text(
    all.map(({ name: who, phones, emails }) => [who, ...phones, ...emails].filter(Boolean).join(', ')).join('\n'),
  );
}

/** A bare address is a link with a preview; words around it make it a text. */
function link({ url, title, description }: LinkPreview): Json {
  if (title === '' && description === '' && url.length <= addressMax) return { type: 'url', media: url };
  return text([title, description, url].filter((line) => line !== '').join('\n'));
}

/** Cards side by side, each six columns wide and seven rows high: a picture, words, buttons. */
function cards(all: readonly Card[], fileUrl: FileUrl): Json {
  if (all.length > cardsMax)
    throw new ConnectorError('content_invalid', `Viber shows at most ${cardsMax} cards at once`);
  const Buttons = all.flatMap((card) => cardCells(card, fileUrl));
  const alt_text = all.map(({ title }) => title).join('\n');
  const rich_media = { Type: 'rich_media', ButtonsGroupColumns: 6, ButtonsGroupRows: 7, BgColor: '#ffffff', Buttons };
  return { type: 'rich_media', min_api_version: 7, alt_text, rich_media };
}

/** Signs of markup are escaped; where that grows too long, their wide forms stand for them, which nobody takes for markup. */
function escapedWithin(text: string, max: number): string {
  const escaped = escapeHtml(text);
  if (escaped.length <= max) return escaped;
  return text.replaceAll(/[<>&"']/g, (sign) => String.fromCodePoint((sign.codePointAt(0) ?? 0) + 0xfee0));
}

/** Every card fills its seven rows, because the cells of all cards follow each other. */
function cardCells({ title, subtitle, image, url, buttons }: Card, fileUrl: FileUrl): Json[] {
  const pictureRows = image === undefined ? 0 : 3;
  const wordRows = 7 - pictureRows - buttons.length;
  if (wordRows < 1) throw new ConnectorError('content_invalid', 'a card of Viber has room for three buttons');
  const opened = url === '' ? { ActionType: 'none', ActionBody: 'none' } : { ActionType: 'open-url', ActionBody: url };
  const wide = { Columns: 6 };
  const words = escapedWithin([title, subtitle].filter(Boolean).join('\n'), cellTextMax);
  const picture = image === undefined ? [] : [{ ...wide, Rows: pictureRows, ...opened, Image: fileUrl(image) }];
  return [
    ...picture,
    { ...wide, Rows: wordRows, ...opened, Text: words, TextSize: 'regular' },
    ...buttons.map((button) => ({ ...wide, Rows: 1, ...buttonOf(button) })),
  ];
}
