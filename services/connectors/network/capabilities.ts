import { Capabilities, Initiation, LengthUnit, ReceiptState } from '@trunkline/contracts';
import { captionMax, firstWordSeconds, textMax } from './types-limits.ts';

/** Conversations of a line with those who joined it: there a first word is limited. */
export const partnerSubchannel = 'partner';

const forEver = 0xffff_ffff;
/** The copy of the other side has its own cap; what is larger goes as a link in the text. */
const file = { maxBytes: 100 * 1_024 * 1_024 };

/**
 * What travels from one side to the other. Both are Trunkline, so contents go as they are; buttons nobody could press, because
 * the other side answers in words, and a template is of no platform.
 */
export const capabilities = Capabilities.create({
  textMax,
  textUnit: LengthUnit.LENGTH_UNIT_UTF16,
  captionMax,
  content: {
    ...{ text: {}, image: file, video: file, audio: file, voice: file, file, animation: file, videoNote: file },
    ...{ sticker: file, album: file, location: {}, contactCards: {}, link: {} },
  },
  albumMax: 10,
  canReply: true,
  editSeconds: forEver,
  deleteSeconds: forEver,
  canReact: true,
  canType: true,
  canMarkRead: true,
  receipts: [ReceiptState.RECEIPT_STATE_READ],
  initiation: Initiation.INITIATION_ALWAYS,
  ratePerSecond: 20,
  conversationRatePerSecond: 2,
  startPayloadMax: 64,
  startPayloadCharacters: 'A-Za-z0-9_-',
  isSendIdempotent: true,
  canFormat: true,
});

/** A line writes to somebody who has not written only once in a while. */
export const capabilitiesBySubchannel = {
  [partnerSubchannel]: Capabilities.create({ ...capabilities, firstWordSeconds }),
};
