import { ConnectorError, writeSigns } from '@trunkline/adapter-kit';
import type { LinkPreview, Location, Media, Text } from '@trunkline/contracts';
import { type Attachment, type ContactCard, type Content, type Keyboard, mediaOf } from '@trunkline/contracts';
import { bodyMax, captionMax, textMax } from './capabilities.ts';
import { interactive } from './render-keyboard.ts';
import { renderTemplate } from './render-template.ts';

type Json = Readonly<Record<string, unknown>>;

/** What a message shows besides its content. */
export interface Looks {
  readonly keyboard?: Keyboard | undefined;
  readonly withoutPreview?: boolean | undefined;
  /** What the content's file became on the platform. */
  readonly mediaId?: string | undefined;
}

/** The file that a content carries, which is uploaded before; the picture of a link stands at its address. */
export function fileOf(content: Content): Media | undefined {
  return content.kind?.$case === 'link' ? undefined : mediaOf(content)[0];
}

/** Contents that are a file, by the platform's name of it. */
const files = { image: 'image', video: 'video', file: 'document', audio: 'audio', voice: 'audio', sticker: 'sticker' };

/** The type of a message and its content under that name. Throws ConnectorError 'unsupported' and 'content_invalid'. */
export function renderContent({ kind }: Content, looks: Looks): Json {
  switch (kind?.$case) {
    case 'text':
      return text(kind.value, looks);
    case 'image':
    case 'video':
    case 'file':
      return attachment(files[kind.$case], kind.value, looks);
    case 'audio':
    case 'voice':
    case 'sticker':
      return typed(files[kind.$case], { id: looks.mediaId, ...(kind.$case === 'voice' ? { voice: true } : {}) });
    case 'location':
      return location(kind.value);
    case 'contactCards':
      return typed('contacts', kind.value.cards.map(card));
    case 'link':
      return link(kind.value);
    case 'template':
      return typed('template', renderTemplate(kind.value, looks.mediaId));
    default:
      throw new ConnectorError('unsupported', `WhatsApp has no message of the kind ${kind?.$case ?? 'none'}`);
  }
}

function typed(type: string, content: unknown): Json {
  return { type, [type]: content };
}

function text(written: Text, { keyboard, withoutPreview = false }: Looks): Json {
  const pressed = interactive(writeSigns(written, bodyMax), keyboard);
  if (pressed !== undefined) return typed('interactive', pressed);
  return typed('text', { preview_url: !withoutPreview, body: writeSigns(written, textMax) });
}

function attachment(type: string, { caption, media }: Attachment, { mediaId: id }: Looks): Json {
  const words = caption?.plain ? { caption: writeSigns(caption, captionMax) } : {};
  return typed(type, { id, ...words, ...(type === 'document' && media?.name ? { filename: media.name } : {}) });
}

function location({ latitude, longitude, title, address }: Location): Json {
  const named = { ...(title === '' ? {} : { name: title }), ...(address === '' ? {} : { address }) };
  return typed('location', { latitude, longitude, ...named });
}

function card({ name, phones, emails }: ContactCard): Json {
  const formatted_name = name || phones[0] || emails[0] || '?';
  const [first_name = formatted_name] = formatted_name.split(' ');
  return {
    name: { formatted_name, first_name },
    phones: phones.map((phone) => ({ phone, type: 'WORK' })),
    ...(emails.length === 0 ? {} : { emails: emails.map((email) => ({ email, type: 'WORK' })) }),
  };
}

function link({ url, title, description }: LinkPreview): Json {
  const body = [title, description, url].filter((line) => line !== '').join('\n');
  return typed('text', { preview_url: true, body: body.length <= textMax ? body : url });
}
