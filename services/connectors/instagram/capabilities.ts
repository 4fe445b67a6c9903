import { Capabilities, Initiation, LengthUnit, ReceiptState } from '@trunkline/contracts';

const megabyte = 1_024 * 1_024;
const day = 24 * 60 * 60;

const linked = (maxMegabytes: number, mimeTypes: string[]) => ({ maxBytes: maxMegabytes * megabyte, mimeTypes });

/** Longest text of a message, in bytes of UTF-8: some 500 letters of Cyrillic. */
const textMaxBytes = 1_000;
const sounds = ['audio/aac', 'audio/mp4', 'audio/m4a', 'audio/x-m4a', 'audio/wav', 'audio/mpeg'];
const answers = ['callback', 'reply'];
const buttons = { rows: 13, columns: 13, textMax: 20, payloadMaxBytes: 1_000 };

/** What an account carries in a thread with one person. */
export const capabilities = Capabilities.fromPartial({
  textMax: textMaxBytes,
  textUnit: LengthUnit.LENGTH_UNIT_BYTES,
  content: {
    text: {},
    image: linked(8, ['image/jpeg', 'image/png', 'image/gif']),
    animation: linked(8, ['image/gif']),
    video: linked(25, ['video/mp4', 'video/ogg', 'video/quicktime', 'video/webm', 'video/avi']),
    audio: linked(25, sounds),
    voice: linked(25, sounds),
    file: linked(25, ['application/pdf']),
    cards: {},
  },
  ...{ cardsMax: 10, cardButtonsMax: 3, cardLineMax: 80 },
  // Up to three of any kind stand under a short text; up to 13 answers are offered beneath the thread, on telephones.
  inlineButtons: {
    ...{ ...buttons, total: 3, answersTotal: 13, bodyMax: 640, isTextOnly: true },
    actions: [...answers, 'url'],
  },
  replyButtons: { ...buttons, total: 13, actions: answers },
  buttonActions: [...answers, 'url'],
  ...{ canReply: true, canReact: true, canType: true, canMarkRead: true },
  receipts: [ReceiptState.RECEIPT_STATE_READ],
  // Unsent is unsent: the platform's terms want it deleted here, too.
  forgetsDeleted: true,
  windowSeconds: day,
  tags: { HUMAN_AGENT: 7 * day },
  initiation: Initiation.INITIATION_CONTACT,
  // 100 to 300 would be taken, and 10 of what is heard or seen.
  ratePerSecond: 10,
  conversationRatePerSecond: 5,
  startPayloadMax: 2_083,
  startPayloadCharacters: 'A-Za-z0-9\\-_=',
});

/** Under a post: words alone. */
export const commentCapabilities = Capabilities.fromPartial({
  textMax: 2_200,
  textUnit: LengthUnit.LENGTH_UNIT_UTF16,
  content: { text: {} },
  ...{ canReply: true, deleteSeconds: 0xffff_ffff },
  privateReplySeconds: 7 * day,
  initiation: Initiation.INITIATION_CONTACT,
  ratePerSecond: 10,
  conversationRatePerSecond: 1,
});
