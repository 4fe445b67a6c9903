import type {
  CanSendRequest,
  CanSendResponse,
  ChannelEntry,
  GetMessageRequest,
  HasConversationsRequest,
  HasConversationsResponse,
  ListHistoryRequest,
  ListHistoryResponse,
  Message,
  ResolveUnknownRequest,
} from '@trunkline/contracts';
import { ChannelState, capabilitiesFor, Message as MessageCodec, UnknownResolution } from '@trunkline/contracts';
import {
  type CallContext,
  pageSizeOf,
  readPageToken,
  requireIdempotencyKey,
  requireText,
  TrunklineError,
  tenantFor,
  visible,
  writePageToken,
} from '@trunkline/runtime';
import { z } from 'zod';
import { findChannel } from '../consume/directory-view.ts';
import { canSend as decideCanSend } from '../domain/outbound/can-send.ts';
import { timeout } from '../store/documents.ts';
import { type MessageContext, sentences } from './context.ts';
import { messageView } from './message-view.ts';
import { order } from './order.ts';

/** Tells whether a conversation may be written to now: the same rule that a submission meets. */
export async function canSend(
  request: CanSendRequest,
  call: CallContext,
  context: MessageContext,
): Promise<CanSendResponse> {
  const { directory, documents, now } = context;
  if (!directory.isLoaded)
    throw new TrunklineError('unavailable', 'the directory is not loaded yet', { certain: true });
  const found = await documents.conversation(request.conversationId);
  const conversation = visible(call, found, sentences.conversation);
  const channel = findChannel(directory, conversation.channelId);
  const capabilities = channel && capabilitiesFor(directory.connector(channel.connector), conversation.ref);
  const { windowEndsAtMs, tags, ...verdict } = decideCanSend({ conversation, channel, capabilities, nowMs: now() });
  return {
    ...verdict,
    tags: tags.map(({ tag, untilMs }) => ({ tag, until: new Date(untilMs) })),
    windowEndsAt: windowEndsAtMs === undefined ? undefined : new Date(windowEndsAtMs),
    capabilities,
    waitsReason: waitsReasonOf(channel),
  };
}

function waitsReasonOf(channel: ChannelEntry | undefined): string {
  switch (channel?.state) {
    case ChannelState.CHANNEL_STATE_NEEDS_SIGN_IN:
      return 'The channel has to be signed in again; what is sent waits until then.';
    case ChannelState.CHANNEL_STATE_BANNED:
      return 'The messenger has banned the account; what is sent waits until it takes it again.';
    default:
      return '';
  }
}

/** Gets one message. */
export async function getMessage(
  request: GetMessageRequest,
  call: CallContext,
  context: MessageContext,
): Promise<Message> {
  const found = await context.documents.get('messages', request.messageId);
  return messageView(visible(call, found, sentences.message), context.fileUrl);
}

const historyPage = { usual: 50, most: 500 };

/** Lists a conversation's messages, newest first. */
export async function listHistory(
  request: ListHistoryRequest,
  call: CallContext,
  { documents, fileUrl }: MessageContext,
): Promise<ListHistoryResponse> {
  const limit = pageSizeOf(request.pageSize, historyPage);
  const before = readPageToken(request.pageToken, z.int()) ?? Number.MAX_SAFE_INTEGER;
  const conversation = visible(call, await documents.conversation(request.conversationId), sentences.conversation);
  const page = { conversationId: conversation._id, isLine: true, number: { $gt: 0, $lt: before } };
  const cursor = documents.collection('messages').find(page, timeout).sort({ number: -1 });
  const found = await cursor.limit(limit + 1).toArray();
  const lines = found.slice(0, limit);
  const isMore = found.length > limit;
  return {
    messages: lines.map((line) => messageView(line, fileUrl)),
    nextPageToken: isMore ? writePageToken(lines.at(-1)?.number) : '',
  };
}

/** Decides what became of a message whose outcome is unknown. */
export async function resolveUnknown(
  request: ResolveUnknownRequest,
  call: CallContext,
  context: MessageContext,
): Promise<Message> {
  const { messageId, isSent } = request;
  const idempotencyKey = requireIdempotencyKey(request.idempotencyKey);
  requireText('message_id', messageId);
  const resolution = isSent
    ? UnknownResolution.UNKNOWN_RESOLUTION_SENT
    : UnknownResolution.UNKNOWN_RESOLUTION_SEND_AGAIN;
  const command = { $case: 'resolveUnknown' as const, value: { messageId, resolution } };
  const done = await order({ tenantId: tenantFor(call, request.tenantId), idempotencyKey, command }, call, context);
  // Its turn has not come: what is sure is the id alone.
  if (done === undefined) return MessageCodec.create({ id: messageId });
  return await getMessage({ messageId }, call, context);
}

/** Tells whether a channel has conversations. Inside only: its callers know whose channel it is. */
export async function hasConversations(
  { channelId }: HasConversationsRequest,
  { documents }: MessageContext,
): Promise<HasConversationsResponse> {
  const found = await documents
    .collection('conversations')
    .findOne({ channelId }, { projection: { _id: 1 }, ...timeout });
  return { hasConversations: found !== null };
}
