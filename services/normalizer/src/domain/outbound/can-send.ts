import {
  type Capabilities,
  type ChannelEntry,
  type Content,
  type ErrorCode,
  Initiation,
  type OutgoingContent,
  type OutgoingMessage,
} from '@trunkline/contracts';
import { carries } from '../adapt/carries.ts';
import type { ConversationDocument, MessageDocument } from '../state/documents.ts';

/** What the question "may we write?" is about. */
export interface SendQuestion {
  readonly conversation: ConversationDocument;
  readonly channel: ChannelEntry | undefined;
  readonly capabilities: Capabilities | undefined;
  readonly nowMs: number;
  /** What is to be sent, with the messages that it is about by id; absent for the question in general. */
  readonly order?: { readonly message: OutgoingMessage; readonly targets: ReadonlyMap<string, MessageDocument> };
}

/** The answer. */
export interface SendVerdict {
  readonly isAllowed: boolean;
  /** Why not; empty when allowed. */
  readonly code: ErrorCode | '';
  readonly reason: string;
  /** Free text may be sent; false if only a template may. */
  readonly isFreeTextAllowed: boolean;
  /** When the window closes; absent when there is none. */
  readonly windowEndsAtMs?: number;
}

/** Edits and deletions that never run out. */
export const forEverSeconds = 4_294_967_295;

/** Tells whether a conversation may be written to now, or whether one order may be sent. Pure. */
export function canSend(question: SendQuestion): SendVerdict {
  const window = windowOf(question);
  const refusal = refusalOf(question, window);
  return {
    isAllowed: refusal === undefined,
    code: refusal?.code ?? '',
    reason: refusal?.reason ?? '',
    isFreeTextAllowed: refusal === undefined && window.isOpen,
    ...(window.endsAtMs === undefined ? {} : { windowEndsAtMs: window.endsAtMs }),
  };
}

interface Refusal {
  readonly code: ErrorCode;
  readonly reason: string;
}

interface Window {
  readonly isOpen: boolean;
  readonly endsAtMs?: number;
}

function refusalOf(question: SendQuestion, window: Window): Refusal | undefined {
  const { channel, capabilities, conversation, order } = question;
  if (channel === undefined) return refuse('recipient_invalid', 'The channel of this conversation is no more.');
  if (!channel.isActive) return refuse('failed_precondition', 'The channel is switched off.');
  if (capabilities === undefined)
    return refuse('unavailable', 'The connector of this channel has not told what it carries.');
  if (conversation.isBlocked === true) {
    return refuse('recipient_blocked', 'The person does not take our messages until they write again.');
  }
  const wrong = order === undefined ? undefined : wrongOrder({ ...question, order, capabilities });
  return wrong ?? (isKeptOut(window, capabilities, order?.message) ? closed(conversation, capabilities) : undefined);
}

/** Outside the window a template goes through, and what carries the platform's tag; nothing else that shows. */
function isKeptOut({ isOpen }: Window, capabilities: Capabilities, message: OutgoingMessage | undefined): boolean {
  if (isOpen) return false;
  const action = message?.action;
  if (action === undefined) return !carries(capabilities, 'template');
  if (action.$case === 'message') {
    const isTemplate = action.value.content?.kind?.$case === 'template';
    return !isTemplate && !action.value.options?.tag;
  }
  return action.$case === 'typing' || action.$case === 'reaction';
}

function closed(conversation: ConversationDocument, capabilities: Capabilities): Refusal {
  const way = carries(capabilities, 'template') ? ' Send a template that the platform has approved.' : '';
  return conversation.lastInboundAtMs === undefined
    ? refuse('window_closed', `The person has not written yet, and this messenger lets them write first.${way}`)
    : refuse('window_closed', `The time to answer is over: the person has to write again.${way}`);
}

function windowOf({ conversation, capabilities, nowMs }: SendQuestion): Window {
  if (capabilities === undefined) return { isOpen: false };
  const { lastInboundAtMs } = conversation;
  const { initiation } = capabilities;
  const mayBegin = initiation === Initiation.INITIATION_ALWAYS || initiation === Initiation.INITIATION_PHONE;
  if (lastInboundAtMs === undefined) return { isOpen: mayBegin };
  if (capabilities.windowSeconds === 0) return { isOpen: true };
  const endsAtMs = lastInboundAtMs + capabilities.windowSeconds * 1000;
  return { isOpen: nowMs <= endsAtMs, endsAtMs };
}

type OrderQuestion = SendQuestion & Required<Pick<SendQuestion, 'order'>> & { readonly capabilities: Capabilities };

/** What is wrong with the order itself, whatever the window. */
function wrongOrder(question: OrderQuestion): Refusal | undefined {
  const { capabilities, order } = question;
  const { action } = order.message;
  switch (action?.$case) {
    case undefined:
      return refuse('content_invalid', 'The message says nothing to do.');
    case 'message':
      return wrongMessage(question, action.value);
    case 'edit':
      return wrongTarget(question, action.value.messageId, true);
    case 'delete':
      return wrongDelete(question, action.value.messageIds);
    case 'reaction': {
      const cannotTake = !capabilities.canReact && action.value.reactions.length === 0;
      const wrong = wrongTarget(question, action.value.messageId, false);
      return wrong ?? (cannotTake ? refuse('unsupported', 'This messenger has no reactions to take away.') : undefined);
    }
    case 'typing':
      return capabilities.canType
        ? undefined
        : refuse('unsupported', 'This messenger does not show that somebody types.');
    case 'read':
      return capabilities.canMarkRead ? undefined : refuse('unsupported', 'This messenger does not take read marks.');
    case 'pressAnswer':
      return action.value.pressId === '' ? refuse('content_invalid', 'The press is not named.') : undefined;
  }
}

const empty = refuse('content_invalid', 'The message is empty.');

function wrongMessage(question: OrderQuestion, { content, reply }: OutgoingContent): Refusal | undefined {
  if (isEmpty(content)) return empty;
  const wrong = wrongContent(content?.kind, question.capabilities);
  return wrong ?? (reply?.messageId ? wrongTarget(question, reply.messageId, false) : undefined);
}

function wrongContent(kind: Content['kind'], capabilities: Capabilities): Refusal | undefined {
  const isPoorTemplate = kind?.$case === 'template' && !carries(capabilities, 'template') && kind.value.preview === '';
  return isPoorTemplate ? refuse('unsupported', 'This messenger has no templates.') : undefined;
}

function isEmpty(content: Content | undefined): boolean {
  const kind = content?.kind;
  return kind === undefined || (kind.$case === 'text' && kind.value.plain.trim() === '');
}

function wrongDelete(question: OrderQuestion, messageIds: readonly string[]): Refusal | undefined {
  const { deleteSeconds } = question.capabilities;
  if (messageIds.length === 0) return refuse('content_invalid', 'No message is named.');
  if (deleteSeconds === 0) return refuse('unsupported', 'This messenger deletes nothing that was sent.');
  const wrong = messageIds.map((id) => wrongTarget(question, id, true)).find((refusal) => refusal !== undefined);
  const isOver = messageIds.some((id) => {
    const target = question.order.targets.get(id);
    return target !== undefined && isPast(target, deleteSeconds, question.nowMs);
  });
  return wrong ?? (isOver ? refuse('unsupported', 'The time to delete this message is over.') : undefined);
}

function wrongTarget(
  { conversation, order }: OrderQuestion,
  messageId: string,
  mustBeOurs: boolean,
): Refusal | undefined {
  const target = order.targets.get(messageId);
  if (target?.conversationId !== conversation._id || !target.isLine) {
    return refuse('not_found', 'There is no such message in this conversation.');
  }
  return mustBeOurs && target.outgoing === undefined
    ? refuse('unsupported', 'Only what we sent can be changed.')
    : undefined;
}

/** Is the time to change a message over. Pure. */
export function isPast({ sentAtMs }: MessageDocument, seconds: number, nowMs: number): boolean {
  return seconds !== forEverSeconds && nowMs > sentAtMs + seconds * 1000;
}

function refuse(code: ErrorCode, reason: string): Refusal {
  return { code, reason };
}
