import { createHash } from 'node:crypto';
import {
  type IngressItem,
  ids,
  laneOf,
  Origin,
  type OutgoingMessage,
  SubmitRequest,
  type SubmitResponse,
} from '@trunkline/contracts';
import {
  type CallContext,
  notFound,
  requireField,
  requireIdempotencyKey,
  requireText,
  TrunklineError,
  tenantFor,
} from '@trunkline/runtime';
import { isFleeting } from '../domain/outbound/submission.ts';
import { type MessageContext, sentences } from './context.ts';
import { requireSame } from './order.ts';

/** Takes an outgoing message: answered once it is stored. Whether it may be sent is told by its status. */
export async function submit(
  request: SubmitRequest,
  call: CallContext,
  context: MessageContext,
): Promise<SubmitResponse> {
  const { documents, door, directory, now } = context;
  const tenantId = tenantFor(call, request.tenantId);
  const idempotencyKey = requireIdempotencyKey(request.idempotencyKey);
  const message = checked(request.message);
  if (directory.tenant(tenantId)?.isActive === false) throw switchedOff();
  const conversation = await documents.conversation(message.conversationId);
  if (conversation?.tenantId !== tenantId) throw notFound(sentences.conversation);

  const messageId = ids.message(tenantId, idempotencyKey);
  const bodySha256 = createHash('sha256')
    .update(SubmitRequest.encode({ tenantId, idempotencyKey: '', message }).finish())
    .digest();
  const former = isFleeting(message) ? undefined : await documents.get('submissions', messageId);
  if (former !== undefined) {
    requireSame(former, bodySha256.toString('hex'));
    return { messageId, isRepeat: true };
  }
  const item: IngressItem = {
    receivedAt: new Date(now()),
    traceparent: call.traceparent ?? '',
    item: { $case: 'submission', value: { tenantId, idempotencyKey, bodySha256, message } },
  };
  const { isRepeat } = await door.submit(laneOf(tenantId), item, messageId);
  return { messageId, isRepeat };
}

function checked(given: OutgoingMessage | undefined): OutgoingMessage {
  const message = requireField('message', given);
  requireText('message.conversation_id', message.conversationId);
  const action = requireField('message.action', message.action);
  if (action.$case === 'message') {
    const content = requireField('message.message.content', action.value.content);
    requireField('message.message.content.kind', content.kind);
  }
  return { ...message, id: '', origin: message.origin || Origin.ORIGIN_OPERATOR };
}

function switchedOff(): TrunklineError {
  const publicMessage = 'The organization is switched off.';
  return new TrunklineError('failed_precondition', publicMessage, { publicMessage });
}
