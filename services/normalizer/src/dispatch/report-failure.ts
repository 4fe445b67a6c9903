import { Fact, type IngressItem, laneOf, MessageState, SendResult } from '@trunkline/contracts';
import type { Door, InputItem } from '@trunkline/runtime';

/** Tells that an order cannot be made: its message has failed for certain, and nothing waits for it in silence. */
export async function reportFailure(door: Door, { bytes, storedAtMs }: InputItem): Promise<void> {
  const { tenantId, channelId, traceparent, fact } = Fact.decode(bytes);
  const message = fact?.$case === 'submitted' ? fact.value.message : undefined;
  if (message === undefined) return;
  const error = {
    code: 'content_invalid',
    platformCode: '',
    text: 'It cannot be adapted to the channel.',
    retryAfterMs: 0,
  };
  const state = MessageState.MESSAGE_STATE_FAILED;
  const value = SendResult.create({ channelId, messageId: message.id, part: 0, parts: 1, state, error });
  const item: IngressItem = { receivedAt: new Date(storedAtMs), traceparent, item: { $case: 'sendResult', value } };
  await door.enter(laneOf(tenantId), item);
}
