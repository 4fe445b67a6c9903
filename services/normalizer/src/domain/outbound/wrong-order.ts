import {
  type Capabilities,
  type Content,
  ConversationKind,
  type ErrorCode,
  type GroupOrder,
  type OutgoingContent,
} from '@trunkline/contracts';
import { carries } from '../adapt/carries.ts';
import type { MessageDocument } from '../state/documents.ts';
import type { SendQuestion } from './can-send.ts';

/** Edits and deletions that never run out. */
const forEverSeconds = 4_294_967_295;

/** A question about one order, in a channel that is known. */
export type OrderQuestion = SendQuestion &
  Required<Pick<SendQuestion, 'order'>> & { readonly capabilities: Capabilities };

/** Why something may not be sent. */
export interface Refusal {
  readonly code: ErrorCode;
  readonly reason: string;
  /** What would do. */
  readonly remedy: string;
}

/** What is wrong with the order itself, whatever the window. Pure. */
export function wrongOrder(question: OrderQuestion): Refusal | undefined {
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
    case 'group':
      return wrongGroupOrder(question, action.value);
    case 'control':
      return capabilities.canControl
        ? undefined
        : refuse('unsupported', 'This messenger has no other apps that could have the conversation.');
  }
}

function wrongGroupOrder({ capabilities, conversation }: OrderQuestion, { order }: GroupOrder): Refusal | undefined {
  if (order === undefined) return refuse('content_invalid', 'The message says nothing to do with the group.');
  if (!capabilities.groupActions.includes(order.$case)) {
    return refuse('unsupported', 'This messenger does not let us do this with groups.');
  }
  const isGroup = conversation.ref.kind === ConversationKind.CONVERSATION_KIND_GROUP;
  return isGroup ? undefined : refuse('content_invalid', 'This conversation is not a group.');
}

const empty = refuse('content_invalid', 'The message is empty.');

function wrongMessage(question: OrderQuestion, message: OutgoingContent): Refusal | undefined {
  const { content, reply } = message;
  if (isEmpty(content)) return empty;
  const wrong = wrongContent(content?.kind, question.capabilities) ?? wrongPrivateReply(question, message);
  return wrong ?? (reply?.messageId ? wrongTarget(question, reply.messageId, false) : undefined);
}

function wrongContent(kind: Content['kind'], capabilities: Capabilities): Refusal | undefined {
  const isPoorTemplate = kind?.$case === 'template' && !carries(capabilities, 'template') && kind.value.preview === '';
  return isPoorTemplate ? refuse('unsupported', 'This messenger has no templates.') : undefined;
}

/** A comment is answered in private for a while only, and nothing else is. */
function wrongPrivateReply(
  { capabilities: { privateReplySeconds }, order, nowMs }: OrderQuestion,
  { reply, options }: OutgoingContent,
): Refusal | undefined {
  if (options?.isPrivate !== true) return undefined;
  if (privateReplySeconds === 0) return refuse('unsupported', 'Nothing is answered in private here.');
  const comment = order.targets.get(reply?.messageId ?? '');
  if (comment === undefined || comment.isOutbound) {
    return refuse('content_invalid', 'A private answer names the comment that it answers.');
  }
  return isPast(comment, privateReplySeconds, nowMs)
    ? refuse('window_closed', 'The time to answer this comment in private is over.')
    : undefined;
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

/** Makes a refusal. Pure. */
export function refuse(code: ErrorCode, reason: string, remedy = ''): Refusal {
  return { code, reason, remedy };
}
