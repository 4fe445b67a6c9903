import { SendOrder } from '@trunkline/contracts';

/** An order to do something in a person's conversation, as protobuf's JSON. */
export function orderTo(person: string, action: object): SendOrder {
  const conversation = { platformId: person, kind: 'CONVERSATION_KIND_PRIVATE' };
  const id = '0b5e6c1e-8a54-5f1c-9d55-000000000001';
  return SendOrder.fromJSON({ message: { id, ...action }, conversation, parts: 1 });
}

/** An order to write a text, with more of its message. */
export function textTo(person: string, more: object = {}): SendOrder {
  return orderTo(person, { message: { content: { text: { plain: 'hello' } }, ...more } });
}
