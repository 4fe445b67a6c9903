import { Capabilities, Initiation, LengthUnit, type SendOrder } from '@trunkline/contracts';

const megabyte = 1_024 * 1_024;
const forEver = 0xffff_ffff;
const pictures = ['image/jpeg', 'image/png', 'image/gif', 'image/webp'];

/** Longest text, with the signs of its markup. */
export const textLimit = 6_000;
/** Largest upload; Yandex tells none. */
export const uploadMaxBytes = 50 * megabyte;

/** Nothing has a caption: a text follows as a message of its own. */
const bare = (mimeTypes: string[] = []) => ({ maxBytes: uploadMaxBytes, mimeTypes, isWithoutCaption: true });

/**
 * What a bot can send. Voice, music and videos go as files, a sticker as a picture: of its own stickers Yandex knows only the
 * numbers.
 */
export const capabilities = Capabilities.create({
  textMax: textLimit,
  textUnit: LengthUnit.LENGTH_UNIT_CODE_POINTS,
  captionMax: 0,
  content: { text: {}, image: bare(pictures), album: bare(pictures), file: bare() },
  albumMax: 10,
  inlineButtons: { rows: 100, columns: 8, total: 100, textMax: 100, payloadMaxBytes: 1_000 },
  buttonActions: ['callback', 'reply', 'url'],
  canReply: true,
  editSeconds: forEver,
  editContent: ['text'],
  deleteSeconds: forEver,
  initiation: Initiation.INITIATION_CONTACT,
  ratePerSecond: 10,
  conversationRatePerSecond: 1,
  // Only texts carry a key: see keySeconds.
  isSendIdempotent: false,
  canFormat: true,
  groupActions: ['create', 'addMembers', 'removeMembers'],
});

/** A text carries `payload_id`, by which Yandex drops a repeat; nothing else does, and how long it remembers is said nowhere. */
export function keySeconds({ message }: SendOrder): number {
  const action = message?.action;
  return action?.$case === 'message' && action.value.content?.kind?.$case === 'text' ? 10 * 60 : 0;
}
