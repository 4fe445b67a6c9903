import type { ChatButton, ChatMessage, MediaKind } from '@trunkline/testkit/simulator';
import type { Account, SentMessage } from './account.ts';
import { mediaIn } from './media.ts';
import type { ReadMessage } from './read-message.ts';
import { templateText } from './templates.ts';
import type { Fields } from './types.ts';

const mediaKinds: Readonly<Record<string, MediaKind>> = {
  image: 'image',
  video: 'video',
  audio: 'audio',
  sticker: 'sticker',
  document: 'file',
};

/** Puts a message of the account into the chat that people see. */
export function showSent(account: Account, { id, to, content }: SentMessage, message: ReadMessage): void {
  const fields = content as Fields;
  if (message.type === 'reaction') {
    const target = String(fields.message_id);
    const isThere = account.chats.of(to).messages.some((one) => one.id === target);
    if (isThere) account.chats.change(to, target, { reactions: fields.emoji === '' ? [] : [String(fields.emoji)] });
    return;
  }
  const [media] = mediaIn({ [message.type]: fields });
  const quoted = account.chats.of(to).messages.find((one) => one.id === message.quotes);
  account.chats.add(to, {
    id,
    by: 'account',
    ...wordsOf(account, message),
    ...(media && { media: shownMedia(account, media.kind, media.id ?? media.link ?? '') }),
    ...(quoted && { quote: quoted.text ?? '…' }),
    raw: { type: message.type, [message.type]: fields },
  });
}

function shownMedia(account: Account, kind: string, source: string): NonNullable<ChatMessage['media']> {
  const found = account.media.get(source);
  const where = found === undefined ? { url: source } : { file: source, name: found.name ?? '' };
  return { kind: mediaKinds[kind] ?? 'file', ...where };
}

function wordsOf(account: Account, { type, content }: ReadMessage): Partial<ChatMessage> {
  const { body, caption } = content as { body?: string; caption?: string };
  switch (type) {
    case 'text':
      return body === undefined ? {} : { text: body };
    case 'location':
      return { place: placeOf(content) };
    case 'contacts': {
      const [first] = content as unknown as readonly {
        name: { formatted_name: string };
        phones?: { phone: string }[];
      }[];
      return { card: { name: first?.name.formatted_name ?? '', phone: first?.phones?.[0]?.phone ?? '' } };
    }
    case 'interactive':
      return interactiveOf(content);
    case 'template':
      return templateText(account, content);
    default:
      return caption === undefined ? {} : { text: caption };
  }
}

function placeOf({ latitude, longitude, name }: Fields): NonNullable<ChatMessage['place']> {
  return {
    latitude: Number(latitude),
    longitude: Number(longitude),
    ...(name === undefined ? {} : { title: String(name) }),
  };
}

interface Interactive {
  readonly type: string;
  readonly header?: { readonly text?: string };
  readonly body: { readonly text: string };
  readonly footer?: { readonly text: string };
  readonly action: {
    readonly buttons?: readonly { readonly reply: { readonly id: string; readonly title: string } }[];
    readonly sections?: readonly { readonly rows: readonly { readonly id: string; readonly title: string }[] }[];
    readonly parameters?: { readonly display_text?: string; readonly url?: string; readonly flow_cta?: string };
  };
}

/** What is under the thumb: reply buttons, the rows of a list, an address, a place, a form. */
function interactiveOf(content: Fields): Partial<ChatMessage> {
  const { type, header, body, footer, action } = content as unknown as Interactive;
  const text = [header?.text, body.text, footer?.text].filter((line) => line !== undefined).join('\n');
  const replies = action.buttons?.map(({ reply }) => ({ id: `button:${reply.id}`, label: reply.title })) ?? [];
  const rows =
    action.sections?.flatMap((section) => section.rows.map(({ id, title }) => ({ id: `row:${id}`, label: title }))) ??
    [];
  const { display_text: label, url, flow_cta: form } = action.parameters ?? {};
  const others: ChatButton[] = [
    ...(label === undefined || url === undefined ? [] : [{ id: 'url', label, url }]),
    ...(form === undefined ? [] : [{ id: 'flow', label: form }]),
    ...(type === 'location_request_message' ? [{ id: 'place', label: 'Send my place' }] : []),
  ];
  return { text, buttons: [...replies, ...rows, ...others].map((button) => [button]) };
}
