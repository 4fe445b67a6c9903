import type { ChatMessage, MediaKind } from '@trunkline/testkit/simulator';
import type { Community, Message } from './community.ts';
import type { VkButton, VkCards, VkKeyboard } from './keyboard.ts';
import { chatBase, type Fields, reactionsShown } from './types.ts';

/** Puts a message into the chat that people see, or changes it there. */
export function showMessage(community: Community, message: Message, whose?: string): void {
  const { chats } = community;
  const chat = String(message.peer_id);
  const {
    conversation_message_id: id,
    text,
    reply_message: reply,
    geo,
    attachments,
    keyboard,
    template,
    action,
    update_time: edited,
  } = message as Message & {
    reply_message?: Message;
    geo?: { coordinates: { latitude: number; longitude: number } };
    attachments: readonly Fields[];
    keyboard?: VkKeyboard;
    template?: VkCards;
    action?: { type: string };
  };
  const [first] = attachments;
  const cards =
    template?.elements.map(({ title, description }) => [title, description].filter(Boolean).join('\n')) ?? [];
  const words = [text, ...cards].filter((line) => line !== '').join('\n\n');
  const rows =
    keyboard?.inline === true ? keyboard.buttons : (template?.elements.map(({ buttons = [] }) => buttons) ?? []);
  const shown: Omit<ChatMessage, 'atMs'> = {
    id,
    by: action === undefined ? (message.from_id < 0 ? 'account' : 'client') : 'note',
    ...(message.peer_id > chatBase && whose !== undefined && { name: whose }),
    text: action === undefined ? words : action.type.replaceAll('_', ' '),
    ...(reply && { quote: reply.text || '…' }),
    ...(geo && { place: geo.coordinates }),
    ...(first && mediaOf(first)),
    buttons: rows.map((row) => row.map((button, index) => shownButton(button, index))),
    isEdited: edited !== undefined,
    raw: message,
  };
  const isThere = chats.of(chat).messages.some((one) => one.id === id);
  if (isThere) chats.change(chat, id, shown);
  else chats.add(chat, shown);
  if (keyboard === undefined || keyboard.inline === true) return;
  chats.of(chat).keyboard = keyboard.buttons.map((row) => row.map((button, index) => shownButton(button, index)));
  chats.tell();
}

function shownButton({ action }: VkButton, index: number) {
  const label = 'label' in action ? action.label : action.type;
  return { id: JSON.stringify({ ...action, index }), label, ...(action.type === 'open_link' && { url: action.link }) };
}

const kinds: Readonly<Record<string, MediaKind>> = {
  photo: 'image',
  sticker: 'sticker',
  audio_message: 'audio',
  doc: 'file',
  video: 'video',
};

function mediaOf(attachment: Fields): Pick<ChatMessage, 'media' | 'text'> {
  const type = String(attachment.type);
  const { key, title } = (attachment[type] ?? {}) as { key?: string; title?: string };
  if (key === undefined) return { text: `[${type}]` };
  return { media: { kind: kinds[type] ?? 'file', file: key, ...(title && { name: title }) } };
}

/** Shows the community's reaction; undefined takes it away. */
export function showReaction({ chats }: Community, peer: number, cmid: number, reaction: number | undefined): void {
  const shown = reaction === undefined ? [] : [reactionsShown[reaction - 1] ?? `#${reaction}`];
  chats.change(String(peer), cmid, { reactions: shown });
}
