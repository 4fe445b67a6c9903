import { createHash } from 'node:crypto';
import {
  type Capabilities,
  type ChannelEntry,
  ids,
  MessageState,
  OutgoingMessage,
  Priority,
  Quote,
  type Submission,
} from '@trunkline/contracts';
import { adapt } from '../adapt/adapt.ts';
import type { Adapted } from '../adapt/adapted.ts';
import { replaced } from '../adapt/replace.ts';
import { heldAfter } from '../inbound/held-by.ts';
import { cleaned } from '../state/clean.ts';
import { contactIdOf, refOf } from '../state/conversation.ts';
import type { ConversationDocument, MessageDocument } from '../state/documents.ts';
import { quoteOf } from '../state/message-refs.ts';
import type { Turn } from '../turn.ts';
import { conversationFor } from './addressed.ts';
import { undecidedWith } from './apply-status.ts';
import { canSend, isHeldElsewhere, type SendVerdict } from './can-send.ts';
import { editedPartsOf, idsStandingFor, keepStandingParts, standsAs } from './standing-parts.ts';
import { receivedTargets, type Targets, targetsOf } from './targets.ts';
import { isPast } from './wrong-order.ts';

const dayMs = 24 * 60 * 60 * 1000;

/** Takes an order to send: once a key, to a conversation of the same tenant, where we may write. */
export function takeSubmission(turn: Turn, submission: Submission): void {
  const { tenantId, idempotencyKey } = submission;
  if (submission.message === undefined) throw new Error('the submission has no message');
  const message: OutgoingMessage = { ...cleaned(submission.message), id: ids.message(tenantId, idempotencyKey) };
  if (!isFleeting(message) && isRepeat(turn, submission, message.id)) return;
  const conversation = conversationFor(turn, tenantId, message);
  if (conversation === undefined) {
    refuse(turn, { tenantId, message }, { code: 'not_found', reason: 'There is no such conversation.', remedy: '' });
    return;
  }
  const channel = turn.directory.channel(conversation.channelId);
  const capabilities = channel && turn.directory.capabilities(channel.connector, conversation.ref);
  const targets = targetsOf(turn, message);
  const verdict = canSend({ conversation, channel, capabilities, nowMs: turn.nowMs, order: { message, targets } });
  if (!verdict.isAllowed || channel === undefined || capabilities === undefined) {
    // Marks come by themselves with all that is read and typed: nobody waits for one, and the other app shows its own.
    if (isMark(message) && isHeldElsewhere(conversation, turn.nowMs)) return;
    refuse(turn, { tenantId, message, conversation, channel }, verdict);
    return;
  }
  accept(turn, {
    message: complete(turn, message, capabilities, targets),
    targets,
    conversation,
    channel,
    capabilities,
  });
}

/** What shows for a moment: it has no history, no number and no repeats worth finding. Pure. */
export function isFleeting({ action }: OutgoingMessage): boolean {
  return action?.$case === 'typing' || action?.$case === 'read' || action?.$case === 'pressAnswer';
}

function isMark({ action }: OutgoingMessage): boolean {
  return action?.$case === 'typing' || action?.$case === 'read';
}

/** SHA-256 of what was asked, as {@link SubmissionDocument} keeps it. Pure. */
export function sha256Hex(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

function isRepeat(turn: Turn, { tenantId, bodySha256 }: Submission, messageId: string): boolean {
  // A key is forgotten after a while, its message is not.
  const former = turn.draft.get('submissions', messageId) ?? turn.draft.get('messages', messageId);
  if (former !== undefined) {
    turn.say({ tenantId }, { $case: 'repeated', value: { eventId: messageId } });
    return true;
  }
  const document = { _id: messageId, tenantId, bodySha256: Buffer.from(bodySha256).toString('hex') };
  turn.draft.insert('submissions', { ...document, at: new Date(turn.nowMs) });
  return false;
}

/** The order as it is told: with its times, its quote, and said in another way where its own is not possible any more. */
function complete(turn: Turn, message: OutgoingMessage, capabilities: Capabilities, targets: Targets): Accepted {
  const edited = message.action?.$case === 'edit' ? targets.get(message.action.value.messageId) : undefined;
  const isOver = edited !== undefined && isPast(edited, capabilities.editSeconds, turn.nowMs);
  const other = replaced(message, capabilities, isOver);
  const order: OutgoingMessage = {
    ...other.message,
    priority: message.priority || Priority.PRIORITY_INTERACTIVE,
    expiresAt: message.expiresAt ?? new Date(turn.nowMs + dayMs),
  };
  const { action } = order;
  if (action?.$case === 'delete') {
    const messageIds = idsStandingFor(action.value.messageIds, targets);
    return { order: { ...order, action: { $case: 'delete', value: { messageIds } } }, degraded: other.degraded };
  }
  const reply = action?.$case === 'message' ? action.value.reply : undefined;
  const quoted = reply && targets.get(reply.messageId);
  if (action?.$case !== 'message' || reply === undefined || quoted === undefined)
    return { order, degraded: other.degraded };
  const value = { ...action.value, reply: quoteOf(quoted, reply) };
  return { order: { ...order, action: { $case: 'message', value } }, degraded: other.degraded };
}

interface Accepted {
  readonly order: OutgoingMessage;
  readonly degraded: Adapted['degraded'];
}

interface Accepting {
  readonly message: Accepted;
  readonly targets: Targets;
  readonly conversation: ConversationDocument;
  readonly channel: ChannelEntry;
  readonly capabilities: Capabilities;
}

function accept(turn: Turn, accepting: Accepting): void {
  const { message, targets, conversation, channel, capabilities } = accepting;
  const { order, degraded } = message;
  const isNumbered = !isFleeting(order);
  const number = isNumbered ? conversation.number + 1 : 0;
  const contactId = contactIdOf(turn, conversation);
  const editedParts = editedPartsOf(order, targets, capabilities, turn.nowMs);
  if (isNumbered) {
    // Links are of no interest here: what matters is what will be degraded, and which options the person will read.
    const adapted = adapt(order, capabilities, () => '', editedParts);
    const numbered = { ...heldAfter(conversation, order, turn.nowMs), number };
    const isMessage = order.action?.$case === 'message';
    // An edit may go on in new messages.
    const isWritten = adapted.parts.some(({ action }) => action?.$case === 'message');
    const next = isMessage ? offering(worded(turn, numbered), order, adapted) : numbered;
    turn.draft.put('conversations', { ...next, ...undecidedWith(numbered, order.id, isWritten) });
    turn.draft.insert('messages', {
      ...documentOf(turn, order, { tenantId: conversation.tenantId, channelId: channel.id, contactId }),
      conversationId: conversation._id,
      number,
      state: MessageState.MESSAGE_STATE_QUEUED,
      degraded: [...new Set([...degraded, ...adapted.degraded])],
      ...(isMessage ? standsAs(order.id, adapted) : {}),
    });
    keepStandingParts(turn, order, adapted, editedParts);
  }
  const scope = { tenantId: conversation.tenantId, channel, conversationId: conversation._id, contactId };
  const told = { ...order, to: undefined, conversationId: conversation._id };
  const value = {
    ...{ message: told, conversation: refOf(conversation), conversationNumber: number },
    targets: receivedTargets(targets, channel.id),
    editedParts,
  };
  turn.say(scope, { $case: 'submitted', value }, { id: order.id });
}

/** When somebody who has not written was written to. */
function worded({ nowMs }: Turn, conversation: ConversationDocument): ConversationDocument {
  return conversation.lastInboundAtMs === undefined ? { ...conversation, firstWordAtMs: nowMs } : conversation;
}

/** The options of the last message are the ones that an answer means. */
function offering(
  conversation: ConversationDocument,
  order: OutgoingMessage,
  { options }: Adapted,
): ConversationDocument {
  const { options: _former, ...rest } = conversation;
  return options.length === 0 ? rest : { ...rest, options: { messageId: order.id, options } };
}

function documentOf(
  turn: Turn,
  order: OutgoingMessage,
  about: Pick<MessageDocument, 'tenantId' | 'channelId' | 'contactId'>,
): MessageDocument {
  const reply = order.action?.$case === 'message' ? order.action.value.reply : undefined;
  return {
    _id: order.id,
    ...about,
    conversationId: order.conversationId,
    number: 0,
    isLine: order.action?.$case === 'message',
    isOutbound: true,
    origin: order.origin,
    sentAtMs: turn.nowMs,
    platformIds: [],
    outgoing: OutgoingMessage.encode(order, turn.writer).finish(),
    ...(reply === undefined ? {} : { reply: Quote.encode(reply, turn.writer).finish() }),
  };
}

interface Refused {
  readonly tenantId: string;
  readonly message: OutgoingMessage;
  readonly conversation?: ConversationDocument;
  readonly channel?: ChannelEntry | undefined;
}

/** Tells that a message will not be sent, and why; it stands in no conversation's order. */
function refuse(turn: Turn, refused: Refused, verdict: Pick<SendVerdict, 'code' | 'reason' | 'remedy'>): void {
  const { tenantId, message, conversation, channel } = refused;
  const { code, reason, remedy } = verdict;
  const error = { code, platformCode: '', text: [reason, remedy].filter(Boolean).join(' '), retryAfterMs: 0 };
  const state = MessageState.MESSAGE_STATE_FAILED;
  const contactId = conversation && contactIdOf(turn, conversation);
  if (!isFleeting(message)) {
    const about = { tenantId, channelId: channel?.id ?? '', contactId: contactId ?? '' };
    const parts = [{ state, platformIds: [], error }];
    const document = documentOf(turn, message, about);
    turn.draft.insert('messages', { ...document, conversationId: conversation?._id ?? '', state, parts });
  }
  const value = { messageId: message.id, state, error, platformIds: [], degraded: [], inviteLink: '' };
  turn.say({ tenantId, channel, conversationId: conversation?._id, contactId }, { $case: 'status', value });
}
