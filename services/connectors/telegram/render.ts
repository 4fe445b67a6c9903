import { ConnectorError, type Targets, targetOf } from '@trunkline/adapter-kit';
import {
  type ConversationRef,
  type OutgoingContent,
  type OutgoingEdit,
  type SendOrder,
  TypingKind,
} from '@trunkline/contracts';
import type { ApiCall } from './api.ts';
import type { Fixes } from './errors.ts';
import { plainCall, type Rendered, renderContent } from './render-content.ts';
import { groupCalls } from './render-group.ts';
import { keyboardParams } from './render-keyboard.ts';
import { textParams } from './render-text.ts';

const platform = 'Telegram';
const pressTextMax = 200;
const chatActions: Readonly<Record<TypingKind, string>> = {
  [TypingKind.TYPING_KIND_UNSPECIFIED]: 'typing',
  [TypingKind.TYPING_KIND_TEXT]: 'typing',
  [TypingKind.TYPING_KIND_VOICE]: 'record_voice',
  [TypingKind.TYPING_KIND_FILE]: 'upload_document',
};

/**
 * The calls that do an order, in turn; none when there is nothing to do. Pure. Throws ConnectorError 'unsupported' and
 * 'content_invalid'.
 */
export function render(order: SendOrder, known: Targets, fixes: Fixes = {}): readonly Rendered[] {
  const action = order.message?.action;
  if (action?.$case === 'group') return groupCalls(action.value.order, placeOf(order.conversation, fixes).chat_id);
  const call = single(order, known, fixes);
  return call === undefined ? [] : [call];
}

function single(order: SendOrder, known: Targets, fixes: Fixes): Rendered | undefined {
  const action = order.message?.action;
  const place = placeOf(order.conversation, fixes);
  const chat = { chat_id: place.chat_id };
  // The ids of the old group name other messages in the one that it became.
  const targets = fixes.chatId === undefined ? known : { replyTo: undefined, messageIds: [] };
  switch (action?.$case) {
    case 'message':
      return message(action.value, place, fixes.isWithoutReply ? undefined : targets.replyTo, fixes);
    case 'edit':
      return edit(action.value, { ...chat, message_id: Number(targetOf(targets, 0, platform)) }, fixes);
    case 'delete':
      targetOf(targets, 0, platform);
      return plainCall('deleteMessages', { ...chat, message_ids: targets.messageIds.map(Number) });
    case 'reaction': {
      const reaction = action.value.reactions.slice(0, 1).map(reactionOf);
      return plainCall('setMessageReaction', { ...chat, message_id: Number(targetOf(targets, 0, platform)), reaction });
    }
    case 'typing':
      return action.value.isOn
        ? plainCall('sendChatAction', { ...place, action: chatActions[action.value.kind] })
        : undefined;
    case 'pressAnswer': {
      const text = [...action.value.text].slice(0, pressTextMax).join('');
      const answer = { callback_query_id: order.ackToken, show_alert: action.value.isAlert };
      return plainCall('answerCallbackQuery', text === '' ? answer : { ...answer, text });
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

function message(outgoing: OutgoingContent, place: Place, replyTo: string | undefined, fixes: Fixes): Rendered {
  const { content, keyboard, options, reply } = outgoing;
  const written = renderContent(content ?? { kind: undefined }, fixes);
  const markup = keyboardParams(keyboard);
  if (written.method === 'sendMediaGroup' && 'reply_markup' in markup) {
    throw new ConnectorError('content_invalid', 'Telegram shows no buttons under an album: send them with a text');
  }
  const quote = reply?.selected ? { quote: reply.selected } : {};
  const answered = { message_id: Number(replyTo), ...quote, allow_sending_without_reply: true };
  const isBare = options?.withoutPreview && written.method === 'sendMessage';
  const params = {
    ...{ ...place, ...written.params, ...markup },
    ...(replyTo === undefined ? {} : { reply_parameters: answered }),
    ...(options?.isSilent ? { disable_notification: true } : {}),
    ...(isBare ? { link_preview_options: { is_disabled: true } } : {}),
  };
  return { ...written, params };
}

/** Calls that can change what a content is written as. */
const changeable = ['sendPhoto', 'sendVideo', 'sendAudio', 'sendDocument', 'sendAnimation'];

function edit({ content, keyboard }: OutgoingEdit, target: ApiCall['params'], fixes: Fixes): Rendered {
  const params = { ...target, ...keyboardParams(keyboard) };
  const kind = content?.kind;
  if (kind === undefined) return plainCall('editMessageReplyMarkup', params);
  if (kind.$case === 'text') {
    const [method, field] = fixes.isCaption
      ? (['editMessageCaption', 'caption'] as const)
      : (['editMessageText', 'text'] as const);
    return plainCall(method, { ...params, ...textParams(field, kind.value, fixes.isPlain) });
  }
  const { method, params: shown, uploads } = renderContent({ kind }, fixes);
  const [type, file] = uploads[0] ?? [];
  if (!changeable.includes(method)) {
    throw new ConnectorError('unsupported', `Telegram cannot change a message of the kind ${kind.$case}`);
  }
  const media = { ...shown, type, media: 'attach://file' };
  return { method: 'editMessageMedia', params: { ...params, media }, uploads: [['file', file]] };
}

function reactionOf(reaction: string): Readonly<Record<string, string>> {
  const custom = /^:(.+):$/.exec(reaction)?.[1];
  return custom === undefined ? { type: 'emoji', emoji: reaction } : { type: 'custom_emoji', custom_emoji_id: custom };
}
