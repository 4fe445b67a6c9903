import { Capabilities, Initiation, LengthUnit, ReceiptState } from '@trunkline/contracts';

const megabyte = 1_024 * 1_024;
const forEver = 0xffff_ffff;
const pictures = ['image/jpeg', 'image/png', 'image/gif', 'image/webp'];
const picture = { maxBytes: megabyte, mimeTypes: pictures };
const anyFile = { maxBytes: 20 * megabyte };

/** A card holds six buttons, one below the other. */
const buttons = { rows: 6, columns: 1, total: 6, textMax: 100, payloadMaxBytes: 1_000 };

/** What each has of it that has anything. */
const usual = {
  textUnit: LengthUnit.LENGTH_UNIT_UTF16,
  initiation: Initiation.INITIATION_CONTACT,
  ratePerSecond: 50,
  conversationRatePerSecond: 1,
  isSendIdempotent: false,
} as const;
const withButtons = { inlineButtons: buttons, replyButtons: buttons, buttonActions: ['callback', 'reply', 'url'] };

/**
 * Teams, and whatever is not named below. An activity has some 28 kB, hence the shorter text; a file would need the person's
 * consent, so it goes as a link. 1,800 messages an hour in a conversation, 7 in a second.
 */
export const capabilities = Capabilities.create({
  ...{ ...usual, ...withButtons },
  textMax: 7_000,
  captionMax: 7_000,
  content: { text: {}, image: picture, album: picture, cards: {} },
  albumMax: 10,
  cardsMax: 10,
  cardButtonsMax: 6,
  canReply: true,
  editSeconds: forEver,
  deleteSeconds: forEver,
  canType: true,
  receipts: [ReceiptState.RECEIPT_STATE_READ],
  initiation: Initiation.INITIATION_ALWAYS,
  canFormat: true,
});

const slack = Capabilities.create({
  ...{ ...usual, ...withButtons },
  textMax: 4_000,
  captionMax: 4_000,
  content: { text: {}, image: picture, album: picture, file: anyFile, cards: {} },
  albumMax: 10,
  cardsMax: 10,
  cardButtonsMax: 6,
  editSeconds: forEver,
  deleteSeconds: forEver,
  canFormat: true,
});

/** Mail: what is attached goes as it is, buttons as numbered lines. */
const email = Capabilities.create({
  ...usual,
  textMax: 20_000,
  captionMax: 20_000,
  content: { text: {}, image: picture, album: picture, file: anyFile },
  albumMax: 10,
  canFormat: true,
});

const sms = Capabilities.create({ ...usual, textMax: 1_600, content: { text: {} } });

const groupme = Capabilities.create({
  ...usual,
  textMax: 1_000,
  captionMax: 1_000,
  content: { text: {}, image: picture },
});

/** Channels of the service that nobody is offered here: each has a connector of its own, or is history (Skype, Kik). */
const others = Capabilities.create({
  ...{ ...usual, ...withButtons },
  textMax: 2_000,
  captionMax: 2_000,
  content: { text: {}, image: picture },
});

/** What each channel of the service carries, by its id on the wire. */
export const bySubchannel: Readonly<Record<string, Capabilities>> = {
  ...{ msteams: capabilities, slack, email, sms, groupme },
  ...{
    webchat: others,
    directline: others,
    facebook: others,
    telegram: others,
    line: others,
    skype: others,
    kik: others,
  },
};
