import { Capabilities, Initiation, LengthUnit, ReceiptState } from '@trunkline/contracts';

/** Longest text, in UTF-16 units, both ways. */
export const textMax = 10_000;

const forEver = 4_294_967_295;
const file = { maxBytes: 50 * 1024 * 1024, mimeTypes: [] };
const buttons = { rows: 10, columns: 4, total: 20, textMax: 80, payloadMaxBytes: 256 };

/** What a widget carries: it is ours, so nearly everything. */
export const capabilities = Capabilities.fromPartial({
  textMax,
  textUnit: LengthUnit.LENGTH_UNIT_UTF16,
  captionMax: textMax,
  content: {
    text: {},
    image: file,
    video: file,
    audio: file,
    voice: file,
    file,
    animation: file,
    location: {},
    link: {},
  },
  inlineButtons: buttons,
  replyButtons: buttons,
  buttonActions: ['callback', 'reply', 'url'],
  canReply: true,
  editSeconds: forEver,
  deleteSeconds: forEver,
  canReact: false,
  canType: true,
  canMarkRead: true,
  receipts: [ReceiptState.RECEIPT_STATE_DELIVERED, ReceiptState.RECEIPT_STATE_READ],
  initiation: Initiation.INITIATION_CONTACT,
  ratePerSecond: 200,
  conversationRatePerSecond: 20,
  // The log of a visitor takes each part of a message once.
  isSendIdempotent: true,
  canFormat: true,
});
