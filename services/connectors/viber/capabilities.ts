import { Capabilities, Initiation, LengthUnit, ReceiptState } from '@trunkline/contracts';

const megabyte = 1_024 * 1_024;

/** Viber's own limits, which count what marks and the addresses of links add; hence the shorter ones below. */
export const textLimit = 7_000;
export const captionLimit = 512;

/** Everything but pictures is bare: Viber has no field for a text beside it. */
const bare = (maxMegabytes: number, mimeTypes: string[] = []) => ({
  ...{ maxBytes: maxMegabytes * megabyte, mimeTypes },
  isWithoutCaption: true,
});

/** Programs, which Viber refuses: they go as links. */
const programs = [
  ...['application/x-msdownload', 'application/x-dosexec', 'application/vnd.microsoft.portable-executable'],
  ...['application/x-ms-installer', 'application/x-bat', 'text/javascript', 'application/javascript'],
  ...['text/vbscript', 'application/java-archive', 'application/vnd.android.package-archive'],
];

const buttons = { rows: 24, columns: 6, total: 24, textMax: 40, payloadMaxBytes: 180 };

/**
 * What a bot can send. Voice, music and round videos have no kind of their own here, so they go as files or videos; a
 * sticker goes as a picture, because Viber knows only its own by number. A request has at most 30 kB, hence the few buttons
 * and the shorter text.
 */
export const capabilities = Capabilities.create({
  textMax: 6_000,
  textUnit: LengthUnit.LENGTH_UNIT_UTF16,
  captionMax: 400,
  content: {
    text: {},
    image: { maxBytes: megabyte, mimeTypes: ['image/jpeg', 'image/png', 'image/gif'] },
    video: bare(26, ['video/mp4']),
    file: { ...bare(50), refusedMimeTypes: programs },
    location: {},
    contactCards: {},
    link: {},
    cards: {},
  },
  inlineButtons: buttons,
  replyButtons: buttons,
  buttonActions: ['callback', 'reply', 'url', 'requestPhone', 'requestLocation', 'appUrl'],
  receipts: [ReceiptState.RECEIPT_STATE_DELIVERED, ReceiptState.RECEIPT_STATE_READ, ReceiptState.RECEIPT_STATE_FAILED],
  initiation: Initiation.INITIATION_CONTACT,
  ratePerSecond: 50,
  conversationRatePerSecond: 5,
  startPayloadMax: 1_000,
  startPayloadCharacters: 'A-Za-z0-9_-',
  isSendIdempotent: false,
  canFormat: true,
  cardsMax: 6,
  cardButtonsMax: 3,
  cardLineMax: 120,
});
