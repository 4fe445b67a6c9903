import { Capabilities, Initiation, LengthUnit, ReceiptState } from '@trunkline/contracts';

const megabyte = 1_024 * 1_024;
const dayAndNight = 24 * 60 * 60;

/** Files of these types VK takes in no way: they go as links. */
const refusedFiles = [
  ...['audio/mpeg', 'audio/mp3', 'application/x-msdownload', 'application/x-dosexec'],
  ...['application/vnd.microsoft.portable-executable', 'application/x-ms-installer'],
  ...['application/x-bat', 'application/vnd.android.package-archive'],
];

const common = {
  ...{ textMax: 4_096, textUnit: LengthUnit.LENGTH_UNIT_UTF16, captionMax: 4_096, canReply: true },
  initiation: Initiation.INITIATION_CONTACT,
  // Twenty requests a second are allowed; a message with a file takes several.
  ratePerSecond: 15,
};
const file = { maxBytes: 200 * megabyte, refusedMimeTypes: refusedFiles };

/**
 * What a community can send. A community's token uploads no videos and no music, so these go as files; stickers go as
 * pictures, because VK knows only its own by number; cards go as pictures with buttons.
 */
export const capabilities = Capabilities.fromPartial({
  ...common,
  content: {
    ...{ text: {}, file, album: {}, location: {} },
    image: { maxBytes: 50 * megabyte, mimeTypes: ['image/jpeg', 'image/png', 'image/gif'] },
    voice: { maxBytes: 200 * megabyte, mimeTypes: ['audio/ogg', 'audio/opus'] },
  },
  inlineButtons: { rows: 6, columns: 5, total: 10, textMax: 40, payloadMaxBytes: 200 },
  replyButtons: { rows: 10, columns: 5, total: 40, textMax: 40, payloadMaxBytes: 200 },
  buttonActions: ['callback', 'reply', 'url', 'requestLocation', 'appUrl'],
  ...{ editSeconds: dayAndNight, deleteSeconds: dayAndNight },
  ...{ canReact: true, canType: true, canMarkRead: true, canFormat: false, marksOwn: true },
  receipts: [ReceiptState.RECEIPT_STATE_READ],
  conversationRatePerSecond: 3,
  startPayloadMax: 255,
  startPayloadCharacters: 'A-Za-z0-9_-',
  // VK promises to drop a second message with the same `random_id` to one `peer_id`; of `peer_ids`, which we need, it says nothing.
  isSendIdempotent: false,
  albumMax: 10,
  groupActions: ['create', 'rename', 'removeMembers', 'newInviteLink', 'readInviteLink', 'leave'],
});

/** Under a post: words and files. A community's token neither changes, deletes nor likes comments, nor puts pictures there. */
export const commentCapabilities = Capabilities.fromPartial({
  ...common,
  content: { text: {}, file },
  conversationRatePerSecond: 1,
  // A `guid` of ours keeps a comment from being there twice; how long VK remembers it is said nowhere.
  ...{ isSendIdempotent: true, sendKeySeconds: 10 * 60 },
});

/** Comments elsewhere, and discussions: a community's token hears them, and answers none. */
const heard = Capabilities.fromPartial({ ...common, isOneWay: true, conversationRatePerSecond: 1 });
export const placeCapabilities = { photo: heard, video: heard, market: heard, topic: heard };
