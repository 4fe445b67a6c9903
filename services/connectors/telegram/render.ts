import { ConnectorError } from '@trunkline/adapter-kit';
import type { Content, ConversationRef, OutgoingContent, OutgoingEdit, SendOrder } from '@trunkline/contracts';
import type { ApiCall } from './api.ts';
import type { Fixes } from './errors.ts';
import { renderContent, uploadOf } from './render-content.ts';
import { keyboardParams } from './render-keyboard.ts';
import { textParams } from './render-text.ts';

/** Messages that an order is about, by the platform's ids of them. */
export interface Targets {
  readonly replyTo?: string | undefined;
  readonly messageIds: readonly string[];
}

const pressTextMax = 200;

/**
 * The call that does an order; undefined when there is nothing to do. Pure. Throws ConnectorError 'unsupported' and
 * 'content_invalid'.
 */
export function render(order: SendOrder, targets: Targets, fixes: Fixes = {}): ApiCall | undefined {
  const action = order.message?.action;
  const place = placeOf(order.conversation, fixes);
  switch (action?.$case) {
    case 'message':
      return message(action.value, place, targets, fixes);
    case 'edit':
      return edit(action.value, { ...chatOf(place), message_id: targetOf(targets, order.part) }, fixes);
    case 'delete':
      return call('deleteMessages', { ...chatOf(place), message_ids: targets.messageIds.map(Number) });
    case 'reaction': {
      const reaction = action.value.reactions.slice(0, 1).map(reactionOf);
      return call('setMessageReaction', { ...chatOf(place), message_id: targetOf(targets, 0), reaction });
    }
    case 'typing':
      return action.value.isOn ? call('sendChatAction', { ...place, action: 'typing' }) : undefined;
    case 'pressAnswer': {
      const text = [...action.value.text].slice(0, pressTextMax).join('');
      const answer = { callback_query_id: order.ackToken, show_alert: action.value.isAlert };
      return call('answerCallbackQuery', text === '' ? answer : { ...answer, text });
    }
    default:
      throw new ConnectorError('unsupported', `Telegram cannot do this: ${action?.$case ?? 'none'}`);
  }
}

/** True for a conversation with several people: their chats have ids below zero. */
export function isGroup(conversation: ConversationRef | undefined): boolean {
  return conversation?.platformId.startsWith('-') === true;
}

type Place = { readonly chat_id: number; readonly message_thread_id?: number };

/** "<chat>" or "<chat>:<topic>". Ids have at most 52 bits, so they fit a number. */
function placeOf(conversation: ConversationRef | undefined, { chatId }: Fixes): Place {
  const [chat, thread] = (chatId ?? conversation?.platformId ?? '').split(':');
  return { chat_id: Number(chat), ...(thread === undefined ? {} : { message_thread_id: Number(thread) }) };
}

function chatOf({ chat_id }: Place): { chat_id: number } {
  return { chat_id };
}

function call(method: string, params: ApiCall['params']): ApiCall {
  return { method, params, uploads: [] };
}

function message(
  { content, keyboard, options, reply }: OutgoingContent,
  place: Place,
  { replyTo }: Targets,
  fixes: Fixes,
): ApiCall {
  const written = renderContent(content ?? { kind: undefined }, fixes);
  const markup = keyboardParams(keyboard);
  if (written.method === 'sendMediaGroup' && 'reply_markup' in markup) {
    throw new ConnectorError('content_invalid', 'Telegram shows no buttons under an album: send them with a text');
  }
  const isReply = replyTo !== undefined && fixes.isWithoutReply !== true;
  const quote = reply?.selected ? { quote: reply.selected } : {};
  const reply_parameters = { message_id: Number(replyTo), ...quote, allow_sending_without_reply: true };
  const params = {
    ...place,
    ...written.params,
    ...(isReply ? { reply_parameters } : {}),
    ...(options?.isSilent ? { disable_notification: true } : {}),
    ...(options?.withoutPreview && written.method === 'sendMessage'
      ? { link_preview_options: { is_disabled: true } }
      : {}),
    ...markup,
  };
  return { ...written, params };
}

/** Fields of the contents whose file can be changed, with the platform's name of each. */
const editable: Readonly<Record<string, string>> = {
  image: 'photo',
  video: 'video',
  audio: 'audio',
  file: 'document',
  animation: 'animation',
};

function edit({ content, keyboard }: OutgoingEdit, target: ApiCall['params'], fixes: Fixes): ApiCall {
  const params = { ...target, ...keyboardParams(keyboard) };
  const kind: Content['kind'] = content?.kind;
  if (kind === undefined) return call('editMessageReplyMarkup', params);
  if (kind.$case === 'text') {
    const [method, field] = fixes.isCaption
      ? (['editMessageCaption', 'caption'] as const)
      : (['editMessageText', 'text'] as const);
    return call(method, { ...params, ...textParams(field, kind.value, fixes.isPlain) });
  }
  const type = editable[kind.$case];
  if (type === undefined || !('caption' in kind.value)) {
    throw new ConnectorError('unsupported', `Telegram cannot change a message of the kind ${kind.$case}`);
  }
  const media = { type, media: 'attach://file', ...textParams('caption', kind.value.caption, fixes.isPlain) };
  const attached = 'media' in kind.value ? kind.value.media : undefined;
  return { method: 'editMessageMedia', params: { ...params, media }, uploads: [uploadOf('file', attached)] };
}

function targetOf({ messageIds }: Targets, part: number): number {
  const messageId = messageIds[part];
  if (messageId === undefined) {
    throw new ConnectorError('content_invalid', 'Telegram does not know the message that this is about');
  }
  return Number(messageId);
}

function reactionOf(reaction: string): Readonly<Record<string, string>> {
  const custom = /^:(.+):$/.exec(reaction)?.[1];
  return custom === undefined ? { type: 'emoji', emoji: reaction } : { type: 'custom_emoji', custom_emoji_id: custom };
}
