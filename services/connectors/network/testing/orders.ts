import { SendOrder } from '@trunkline/contracts';

const messageId = '0b5e6c1e-8a54-5f1c-9d55-000000000001';

/** An order to do something in a conversation, as protobuf's JSON. */
export function orderTo(conversation: object, action: object, more: object = {}): SendOrder {
  const place = { kind: 'CONVERSATION_KIND_PRIVATE', ...conversation };
  return SendOrder.fromJSON({
    ...{ message: { id: messageId, ...action }, conversation: place, parts: 1, conversationNumber: 7, ...more },
  });
}

/** An order to write a text. */
export function textTo(conversation: object, plain = 'hello', more: object = {}): SendOrder {
  return orderTo(conversation, { message: { content: { text: { plain } } } }, more);
}
