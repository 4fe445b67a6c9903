import { Capabilities, Initiation, LengthUnit, ReceiptState } from '@trunkline/contracts';

const { RECEIPT_STATE_SENT: sent, RECEIPT_STATE_DELIVERED: delivered, RECEIPT_STATE_READ: read } = ReceiptState;
const { RECEIPT_STATE_PLAYED: played, RECEIPT_STATE_FAILED: failed } = ReceiptState;
const megabyte = 1_024 * 1_024;

const upload = (maxMegabytes: number, mimeTypes: string[] = []) => ({ maxBytes: maxMegabytes * megabyte, mimeTypes });
const bare = { isWithoutCaption: true };

/** Longest texts: of a message, under a file, over buttons. Lists may take more than 1,024, but nobody is sure of it. */
export const textMax = 4_096;
export const captionMax = 1_024;
export const bodyMax = 1_024;

/** What else is uploaded is refused; it goes as a link. */
const office = 'application/vnd.openxmlformats-officedocument';
const documents = [
  ...['text/plain', 'application/pdf', 'application/msword', 'application/vnd.ms-excel'],
  ...['application/vnd.ms-powerpoint', `${office}.wordprocessingml.document`, `${office}.spreadsheetml.sheet`],
  `${office}.presentationml.presentation`,
];

/** Up to three short answers are buttons, up to ten a list; an address or a place is asked for by one button alone. */
const buttons = {
  ...{ rows: 10, columns: 1, total: 10, textMax: 24, payloadMaxBytes: 190 },
  ...{ bodyMax, isTextOnly: true, loneActions: ['url', 'requestLocation'] },
};

/** What a number carries in a conversation with one person. */
export const capabilities = Capabilities.fromPartial({
  textMax,
  // Nobody says what is counted; in this unit a text is never shorter than in another.
  textUnit: LengthUnit.LENGTH_UNIT_UTF16,
  captionMax,
  content: {
    text: {},
    image: upload(5, ['image/jpeg', 'image/png']),
    video: upload(16, ['video/mp4', 'video/3gpp']),
    audio: { ...upload(16, ['audio/aac', 'audio/amr', 'audio/mpeg', 'audio/mp4', 'audio/ogg']), ...bare },
    voice: { ...upload(16, ['audio/ogg']), ...bare },
    file: upload(100, documents),
    sticker: { maxBytes: 100 * 1_024, mimeTypes: ['image/webp'] },
    location: {},
    contactCards: {},
    link: {},
    template: {},
  },
  inlineButtons: buttons,
  replyButtons: buttons,
  buttonActions: ['callback', 'reply', 'url', 'requestLocation'],
  ...{ canReply: true, canReact: true, canType: true, canMarkRead: true, canFormat: true },
  receipts: [sent, delivered, read, played, failed],
  windowSeconds: 24 * 60 * 60,
  initiation: Initiation.INITIATION_TEMPLATE,
  ratePerSecond: 80,
  // One in six seconds to one person; some 45 at once are lent, and have to be given back.
  conversationRatePerSecond: 1 / 6,
  conversationBurst: 40,
  startPayloadMax: 34,
  startPayloadCharacters: 'A-Z0-9a-z\\-',
  groupActions: ['create'],
  // What comes back is written with the phone app alone.
  marksOwn: true,
});

const inGroups = new Set(['text', 'image', 'video', 'audio', 'voice', 'file', 'sticker', 'link', 'template']);

/** In a group: texts, files and templates; nothing to press, and no read marks. */
export const groupCapabilities = Capabilities.fromPartial({
  ...capabilities,
  content: Object.fromEntries(Object.entries(capabilities.content).filter(([kind]) => inGroups.has(kind))),
  ...{ inlineButtons: undefined, replyButtons: undefined, buttonActions: [], canType: false, canMarkRead: false },
  groupActions: [
    ...['create', 'rename', 'describe', 'photo', 'removeMembers', 'approveMembers', 'rejectMembers'],
    ...['newInviteLink', 'readInviteLink', 'delete'],
  ],
});
