import { Capabilities, Initiation, LengthUnit, ReceiptState } from '@trunkline/contracts';

const megabyte = 1_024 * 1_024;
const day = 24 * 60 * 60;
const forEver = 0xffff_ffff;

const upload = (maxMegabytes: number, mimeTypes: string[] = []) => ({ maxBytes: maxMegabytes * megabyte, mimeTypes });
const pictures = ['image/jpeg', 'image/png'];

/** Longest text of a message, and of a comment, in UTF-16 units: nobody says what is counted. */
const textMax = 2_000;
const commentMax = 8_000;
const answers = ['callback', 'reply'];
const buttons = { rows: 13, columns: 13, textMax: 20, payloadMaxBytes: 1_000 };

/** What a page carries in a thread with one person. */
export const capabilities = Capabilities.fromPartial({
  textMax,
  textUnit: LengthUnit.LENGTH_UNIT_UTF16,
  content: {
    text: {},
    image: upload(8, [...pictures, 'image/gif']),
    animation: upload(8, ['image/gif']),
    video: upload(25),
    audio: upload(25),
    voice: upload(25),
    file: upload(25),
    cards: {},
    template: {},
  },
  ...{ cardsMax: 10, cardButtonsMax: 3, cardLineMax: 80 },
  // Up to three of any kind stand under a short text; up to 13 answers are offered beneath the thread.
  inlineButtons: {
    ...{ ...buttons, total: 3, answersTotal: 13, bodyMax: 640, isTextOnly: true },
    actions: [...answers, 'url', 'call'],
  },
  replyButtons: { ...buttons, total: 13, actions: [...answers, 'requestPhone', 'requestEmail'] },
  buttonActions: [...answers, 'url', 'call', 'requestPhone', 'requestEmail'],
  ...{ canReply: true, canReact: true, canType: true, canMarkRead: true, canControl: true },
  receipts: [ReceiptState.RECEIPT_STATE_DELIVERED, ReceiptState.RECEIPT_STATE_READ],
  windowSeconds: day,
  tags: { HUMAN_AGENT: 7 * day },
  initiation: Initiation.INITIATION_CONTACT,
  // 300 would be taken, but above 40 the page's inbox stands still.
  ratePerSecond: 40,
  conversationRatePerSecond: 5,
  startPayloadMax: 2_083,
  startPayloadCharacters: 'A-Za-z0-9\\-_=',
});

/** Under a post: a text with one picture. */
export const commentCapabilities = Capabilities.fromPartial({
  textMax: commentMax,
  textUnit: LengthUnit.LENGTH_UNIT_UTF16,
  captionMax: commentMax,
  content: { text: {}, image: upload(8, pictures) },
  ...{ canReply: true, canReact: true, editSeconds: forEver, editContent: ['text'], deleteSeconds: forEver },
  privateReplySeconds: 7 * day,
  initiation: Initiation.INITIATION_CONTACT,
  ratePerSecond: 40,
  conversationRatePerSecond: 1,
});
