import { createHash } from 'node:crypto';
import {
  type IngressItem,
  ids,
  laneOf,
  type OutgoingMessage,
  SubmitRequest,
  type SubmitResponse,
} from '@trunkline/contracts';
import { type CallContext, notFound, requireIdempotencyKey, TrunklineError, tenantFor } from '@trunkline/runtime';
import { findChannel } from '../consume/directory-view.ts';
import { addressedId } from '../domain/outbound/addressed.ts';
import { isFleeting } from '../domain/outbound/submission.ts';
import { checkedMessage } from './checked-message.ts';
import { type MessageContext, sentences } from './context.ts';
import { namedFile, namedFiles, type ReadFileAddress } from './named-files.ts';
import { requireSame } from './order.ts';

/** Takes an outgoing message: answered once it is stored. Whether it may be sent is told by its status. */
export async function submit(
  request: SubmitRequest,
  call: CallContext,
  context: MessageContext,
): Promise<SubmitResponse> {
  const { documents, door, rates, directory, now, readFileAddress } = context;
  const tenantId = tenantFor(call, request.tenantId);
  const idempotencyKey = requireIdempotencyKey(request.idempotencyKey);
  const message = checkedMessage(request.message);
  if (directory.tenant(tenantId)?.isActive === false) throw switchedOff();
  rates.take(tenantId);
  const messageId = ids.message(tenantId, idempotencyKey);
  const conversationId = await requireConversation(tenantId, { ...message, id: messageId }, context);
  const bodySha256 = createHash('sha256')
    .update(SubmitRequest.encode({ tenantId, idempotencyKey: '', message }).finish())
    .digest();
  const former = isFleeting(message) ? undefined : await documents.get('submissions', messageId);
  if (former !== undefined) {
    requireSame(former, bodySha256.toString('hex'));
    return { messageId, isRepeat: true, conversationId };
  }
  // After the repeat was looked for: a link may have expired since the first time.
  const order = withNamedFiles(message, messageId, readFileAddress);
  const item: IngressItem = {
    receivedAt: new Date(now()),
    traceparent: call.traceparent ?? '',
    item: { $case: 'submission', value: { tenantId, idempotencyKey, bodySha256, message: order } },
  };
  const { isRepeat } = await door.submit(laneOf(tenantId), item, messageId);
  return { messageId, isRepeat, conversationId };
}

/** Our id of the conversation, which is there, or may be made in a channel of the tenant. */
async function requireConversation(
  tenantId: string,
  message: OutgoingMessage,
  { documents, directory }: MessageContext,
): Promise<string> {
  if (message.to !== undefined) {
    if (!directory.isLoaded)
      throw new TrunklineError('unavailable', 'the directory is not loaded yet', { certain: true });
    if (findChannel(directory, message.to.channelId)?.tenantId !== tenantId) throw notFound(sentences.channel);
    return addressedId(message);
  }
  const conversation = await documents.conversation(message.conversationId);
  if (conversation?.tenantId !== tenantId) throw notFound(sentences.conversation);
  return conversation._id;
}

/** The message with its files as we keep them. */
function withNamedFiles(message: OutgoingMessage, messageId: string, read: ReadFileAddress): OutgoingMessage {
  const { action } = message;
  const group = action?.$case === 'group' ? action.value.order : undefined;
  if (group?.$case === 'photo') {
    const order = { ...group, value: namedFile(group.value, 'group.photo.url', messageId, read) };
    return { ...message, action: { $case: 'group', value: { order } } };
  }
  if ((action?.$case !== 'message' && action?.$case !== 'edit') || action.value.content === undefined) return message;
  const content = namedFiles(action.value.content, messageId, read);
  return { ...message, action: { ...action, value: { ...action.value, content } } as OutgoingMessage['action'] };
}

function switchedOff(): TrunklineError {
  const publicMessage = 'The organization is switched off.';
  return new TrunklineError('failed_precondition', publicMessage, { publicMessage });
}
