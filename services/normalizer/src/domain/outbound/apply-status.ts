import { MessageState, type SendError } from '@trunkline/contracts';
import { contactIdOf, conversationOf } from '../state/conversation.ts';
import type { ConversationDocument, MessageDocument } from '../state/documents.ts';
import type { PartDocument, PartError } from '../state/part-documents.ts';
import type { Turn } from '../turn.ts';
import { applyToTargets } from './apply-order.ts';
import { isForward, stateOf } from './status.ts';

/** News of one or more parts. */
export interface PartNews {
  readonly state: MessageState;
  readonly error?: PartError | undefined;
  readonly platformIds?: readonly string[];
  /** Certainly nothing of them arrived. */
  readonly isCertain?: boolean;
  /** When this was told. */
  readonly atMs?: number;
  /** See {@link PartDocument}. */
  readonly calledAtMs?: number | undefined;
  readonly takenAtMs?: number | undefined;
}

/**
 * Takes news of parts of an outgoing message: each part only goes forward, and the message is told anew when the worst of
 * its parts has changed. Answers the message as it is now.
 */
export function applyToParts(
  turn: Turn,
  message: MessageDocument,
  numbers: readonly number[],
  news: PartNews,
): MessageDocument {
  const parts = (message.parts ?? []).map((part, number) => (numbers.includes(number) ? goOn(part, news) : part));
  return settle(turn, message, parts);
}

/** Keeps the parts and tells the message's state, if it is another one. */
export function settle(turn: Turn, message: MessageDocument, parts: readonly PartDocument[]): MessageDocument {
  const state = stateOf(parts);
  const platformIds = parts.flatMap((part) => part.platformIds);
  const next: MessageDocument = { ...message, parts, state, platformIds };
  turn.draft.put('messages', next);
  if (state === message.state) return next;
  tellStatus(turn, next, parts.find((part) => part.state === state)?.error);
  followConversation(turn, next, parts);
  if (isArrived(state) && !isArrived(message.state)) applyToTargets(turn, next);
  return turn.draft.get('messages', next._id) ?? next;
}

/** Tells what became of a message. */
export function tellStatus(turn: Turn, message: MessageDocument, error: SendError | undefined): void {
  const conversation = conversationOf(turn.draft, message.conversationId);
  const scope = {
    tenantId: message.tenantId,
    channel: turn.directory.channel(message.channelId),
    conversationId: message.conversationId,
    contactId: conversation && contactIdOf(turn, conversation),
  };
  const value = {
    messageId: message._id,
    state: message.state ?? MessageState.MESSAGE_STATE_UNSPECIFIED,
    error,
    platformIds: [...message.platformIds],
    degraded: [...(message.degraded ?? [])],
    inviteLink: message.inviteLink ?? '',
  };
  turn.say(scope, { $case: 'status', value });
}

/** A part's state as documents keep it. Pure. */
export function partError(error: SendError | undefined): PartError | undefined {
  return error && { ...error };
}

function goOn(part: PartDocument, news: PartNews): PartDocument {
  const { state, error, platformIds = [], isCertain = false, atMs, calledAtMs, takenAtMs } = news;
  const { error: _error, isCertain: _isCertain, ...lasting } = part;
  const learned = {
    platformIds: [...new Set([...part.platformIds, ...platformIds])],
    ...(calledAtMs === undefined ? {} : { calledAtMs }),
    ...(takenAtMs === undefined ? {} : { takenAtMs }),
  };
  if (!isForward(part.state, state)) return { ...part, ...learned };
  const told = { ...(atMs === undefined ? {} : { atMs }), ...(isCertain && { isCertain }) };
  return { ...lasting, ...learned, ...told, state, ...(error === undefined ? {} : { error }) };
}

function isArrived(state: MessageState | undefined): boolean {
  return (
    state === MessageState.MESSAGE_STATE_SENT ||
    state === MessageState.MESSAGE_STATE_DELIVERED ||
    state === MessageState.MESSAGE_STATE_READ
  );
}

const unreadMax = 200;
const undecidedMax = 50;

/** What a conversation knows of its own messages that have no result, with one more or without one. Pure. */
export function undecidedWith(
  { undecided }: ConversationDocument,
  messageId: string,
  isUndecided: boolean,
): Pick<ConversationDocument, 'undecided'> {
  const others = (undecided ?? []).filter((id) => id !== messageId);
  if (!isUndecided && undecided === undefined) return {};
  return { undecided: isUndecided ? [...others, messageId].slice(-undecidedMax) : others };
}

function isWithoutResult(state: MessageState | undefined): boolean {
  return state === MessageState.MESSAGE_STATE_QUEUED || state === MessageState.MESSAGE_STATE_UNKNOWN;
}

/** The conversation knows what may still be read by a watermark, and whether the person has blocked us. */
function followConversation(turn: Turn, message: MessageDocument, parts: readonly PartDocument[]): void {
  const conversation = conversationOf(turn.draft, message.conversationId);
  if (conversation === undefined) return;
  const others = (conversation.unread ?? []).filter((id) => id !== message._id);
  const isOpen = isArrived(message.state) && message.state !== MessageState.MESSAGE_STATE_READ && message.isLine;
  const { undecided = [] } = conversation;
  // An edit that goes on in new messages was found to be one of these when it was accepted.
  const isUndecided = isWithoutResult(message.state) && (message.isLine || undecided.includes(message._id));
  const isBlocked = conversation.isBlocked === true || parts.some(({ error }) => error?.code === 'recipient_blocked');
  turn.draft.put('conversations', {
    ...conversation,
    unread: isOpen ? [...others, message._id].slice(-unreadMax) : others,
    ...undecidedWith(conversation, message._id, isUndecided),
    isBlocked,
  });
}
