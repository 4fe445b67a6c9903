import { SendOrder } from '@trunkline/contracts';

/** An order to do something in a conversation, as protobuf's JSON. */
export function orderTo(peer: number, action: object, more: object = {}): SendOrder {
  const kind = peer > 2_000_000_000 ? 'CONVERSATION_KIND_GROUP' : 'CONVERSATION_KIND_PRIVATE';
  const id = '0b5e6c1e-8a54-5f1c-9d55-000000000001';
  return SendOrder.fromJSON({
    message: { id, ...action },
    conversation: { platformId: String(peer), kind },
    parts: 1,
    ...more,
  });
}

/** An order to write a text, with more of its message. */
export function textTo(peer: number, more: object = {}, order: object = {}): SendOrder {
  return orderTo(peer, { message: { content: { text: { plain: 'hello' } }, ...more } }, order);
}

/** An order to do something with the comments beneath one of them. */
export function beneath(community: number, comment: number, action: object, post = 11): SendOrder {
  const parentId = `wall-${community}_${post}`;
  const kind = 'CONVERSATION_KIND_COMMENTS';
  return orderTo(0, action, { conversation: { platformId: `${parentId}_${comment}`, kind, parentId } });
}
