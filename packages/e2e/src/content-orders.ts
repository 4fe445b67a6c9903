import { type Capabilities, ConversationKind, ConversationRef, Origin, OutgoingMessage } from '@trunkline/contracts';
import { adapt } from '../../../services/normalizer/src/domain/adapt/adapt.ts';
import { canSend } from '../../../services/normalizer/src/domain/outbound/can-send.ts';
import type { ConversationDocument, MessageDocument } from '../../../services/normalizer/src/domain/state/documents.ts';
import { channel } from '../../../services/normalizer/src/testing/build.ts';

const file = (mimeType: string, name: string) => ({ id: name, mimeType, name, sizeBytes: 1_000, state: 2 });
const jpeg = file('image/jpeg', 'a.jpg');
const answering = (buttons: readonly object[], mode: string) => ({
  message: { content: { text: { plain: 'choose' } }, keyboard: { mode, rows: [{ buttons }] } },
});
const content = (kind: object) => ({ message: { content: kind } });

/** An order for each row of the table, as a sender gives it. */
export const orders: Readonly<Record<string, object>> = {
  text: content({ text: { plain: 'hello' } }),
  marks: content({ text: { plain: 'hello', marks: [{ type: 'MARK_TYPE_BOLD', offset: 0, length: 5 }] } }),
  image: content({ image: { media: jpeg, caption: { plain: 'a picture' } } }),
  'webp image': content({ image: { media: file('image/webp', 'a.webp') } }),
  album: content({ album: { items: [1, 2].map(() => ({ type: 'ALBUM_ITEM_TYPE_IMAGE', media: jpeg })) } }),
  file: content({ file: { media: file('application/zip', 'a.zip') } }),
  voice: content({ voice: { media: file('audio/ogg', 'a.ogg') } }),
  audio: content({ audio: { media: file('audio/mpeg', 'a.mp3') } }),
  video: content({ video: { media: file('video/mp4', 'a.mp4') } }),
  'round video': content({ videoNote: { media: file('video/mp4', 'a.mp4') } }),
  sticker: content({ sticker: { media: file('image/webp', 'a.webp'), emoji: '👍' } }),
  location: content({ location: { latitude: 55.7, longitude: 37.6 } }),
  'contact card': content({ contactCards: { cards: [{ name: 'Oleg', phones: ['+79990001133'] }] } }),
  link: content({ link: { url: 'https://shop.example/1', title: 'A shop' } }),
  cards: content({ cards: { cards: [{ title: 'A hat', image: jpeg, url: 'https://shop.example/hat' }] } }),
  template: content({ template: { name: 'order', language: 'en', preview: 'Your order is on its way' } }),
  reply: { message: { content: { text: { plain: 'yes' } }, reply: { messageId: 'inbound', text: 'when?' } } },
  reaction: { reaction: { messageId: 'inbound', reactions: ['👍'] } },
  edit: { edit: { messageId: 'ours', content: { text: { plain: 'better' } } } },
  delete: { delete: { messageIds: ['ours'] } },
  buttons: answering(
    [1, 2, 3].map((n) => ({ text: `Option ${n}`, callback: `b:${n}` })),
    'KEYBOARD_MODE_INLINE',
  ),
  'phone button': answering([{ text: 'My phone', requestPhone: true }], 'KEYBOARD_MODE_QUICK'),
  'location button': answering([{ text: 'My place', requestLocation: true }], 'KEYBOARD_MODE_QUICK'),
  typing: { typing: { isOn: true } },
  'read mark': { read: { messageId: 'inbound' } },
};

const nowMs = Date.UTC(2026, 6, 1);
const line = (id: string, isOutbound: boolean): MessageDocument => ({
  ...{ _id: id, tenantId: 't1', channelId: 'ch1', conversationId: 'c1', contactId: '', number: 1, isLine: true },
  ...{ isOutbound, origin: Origin.ORIGIN_OPERATOR, sentAtMs: nowMs - 1_000, platformIds: [] },
  ...(isOutbound ? { outgoing: new Uint8Array() } : {}),
});
const targets = new Map([line('inbound', false), line('ours', true)].map((one) => [one._id, one]));
const conversation: ConversationDocument = {
  ...{ _id: 'c1', tenantId: 't1', channelId: 'ch1', number: 2, createdAtMs: 0, lastInboundAtMs: nowMs - 1_000 },
  ref: ConversationRef.create({ platformId: '7', kind: ConversationKind.CONVERSATION_KIND_PRIVATE }),
  counts: { accepted: 1, normalized: 1, repeated: 0, parked: 0, held: 0 },
};

/** What becomes of an order in a channel: "no" and why, "yes", or the forms that it is sent in. */
export function outcomeOf(order: object, capabilities: Capabilities): { readonly form: string; readonly why: string } {
  const message = OutgoingMessage.fromJSON(order);
  const verdict = canSend({ conversation, channel, capabilities, nowMs, order: { message, targets } });
  if (!verdict.isAllowed) return { form: 'no', why: verdict.reason };
  const { degraded } = adapt(message, capabilities, ({ id }) => `https://files.example/${id}`);
  return { form: degraded.length === 0 ? 'yes' : degraded.join('+'), why: '' };
}
