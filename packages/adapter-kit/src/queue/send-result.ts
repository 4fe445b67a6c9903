import { MessageState, type SendOrder, SendResult } from '@trunkline/contracts';
import { errorTable } from '@trunkline/runtime';
import type { Sent } from '../connector.ts';
import type { ConnectorError } from '../connector-error.ts';
import type { QueuedOrder } from './order.ts';

const unknown = MessageState.MESSAGE_STATE_UNKNOWN;

/** A try before this one may have arrived. */
export function mayBeThere({ isUnsure, doubtSinceMs }: QueuedOrder): boolean {
  return isUnsure || doubtSinceMs !== undefined;
}

/** What ends without being sent may be there all the same: whoever took it for failed would send it again as another one. */
export function isUnknown(order: QueuedOrder, send: SendOrder): boolean {
  return mayBeThere(order) && makesSomething(send);
}

/** A message or a group would be there twice; everything else may be done twice. */
export function makesSomething(send: SendOrder): boolean {
  return send.message?.action?.$case === 'message' || makesGroup(send);
}

export function makesGroup({ message }: SendOrder): boolean {
  return message?.action?.$case === 'group' && message.action.value.order?.$case === 'create';
}

export function sentResult(order: QueuedOrder, send: SendOrder, sent: Sent, calledAtMs: number): SendResult {
  return SendResult.create({
    ...partOf(order, send),
    state: MessageState.MESSAGE_STATE_SENT,
    platformIds: [...sent.platformIds],
    migratedPlatformId: sent.migratedPlatformId ?? '',
    inviteLink: sent.inviteLink ?? '',
    attempts: order.attempts + 1,
    calledAt: new Date(calledAtMs),
  });
}

export function failedResult(order: QueuedOrder, send: SendOrder, error: ConnectorError): SendResult {
  const { code, message, platformCode = '', retryAfterMs = 0 } = error;
  const states: Partial<Record<typeof code, MessageState>> = {
    expired: MessageState.MESSAGE_STATE_EXPIRED,
    unknown_outcome: unknown,
  };
  return SendResult.create({
    ...partOf(order, send),
    // A refusal of the repeat, in the platform's words, says nothing of the try before it.
    state: isUnknown(order, send) ? unknown : (states[code] ?? MessageState.MESSAGE_STATE_FAILED),
    isCertain: errorTable[code].certain && !mayBeThere(order),
    error: { code, platformCode, text: message.slice(0, 500), retryAfterMs },
    attempts: order.attempts + 1,
  });
}

export function partOf({ item }: QueuedOrder, { message, part, parts }: SendOrder) {
  return { channelId: item.channelId, messageId: message?.id ?? '', part, parts };
}

export function sendOf({ item }: QueuedOrder): SendOrder {
  if (item.order?.$case !== 'send') throw new Error('an order to send was expected');
  return item.order.value;
}
