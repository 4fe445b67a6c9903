import { Capabilities, Initiation, LengthUnit } from '@trunkline/contracts';

const megabyte = 1_024 * 1_024;
const forEver = 0xffff_ffff;
const dayAndNightTwice = 48 * 60 * 60;

/** Sends a second in a group: 20 a minute. */
export const groupRatePerSecond = 20 / 60;

/** Files beyond these types go as plain files: the platform takes them, but shows them as what they are not. */
const upload = (maxMegabytes: number, mimeTypes: string[] = []) => ({ maxBytes: maxMegabytes * megabyte, mimeTypes });

/** What a bot can send. */
export const capabilities = Capabilities.create({
  textMax: 4_096,
  textUnit: LengthUnit.LENGTH_UNIT_UTF16,
  captionMax: 1_024,
  content: {
    text: {},
    image: upload(10, ['image/jpeg', 'image/png', 'image/webp']),
    video: upload(50, ['video/mp4']),
    audio: upload(50, ['audio/mpeg', 'audio/mp4', 'audio/x-m4a']),
    voice: upload(50, ['audio/ogg', 'audio/opus', 'audio/mpeg', 'audio/mp4', 'audio/x-m4a']),
    file: upload(50),
    animation: upload(50, ['image/gif', 'video/mp4']),
    videoNote: upload(50, ['video/mp4']),
    sticker: upload(0.5, ['image/webp', 'image/png', 'application/x-tgsticker', 'video/webm']),
    album: { ...upload(50), isWithoutButtons: true },
    location: {},
    contactCards: {},
    link: {},
    poll: {},
  },
  inlineButtons: {
    ...{ rows: 100, columns: 8, total: 100, textMax: 64, payloadMaxBytes: 64 },
    actions: ['callback', 'reply', 'url', 'copy', 'appUrl'],
  },
  replyButtons: {
    ...{ rows: 100, columns: 12, total: 300, textMax: 64, payloadMaxBytes: 0 },
    actions: ['callback', 'reply', 'requestPhone', 'requestLocation', 'appUrl'],
  },
  buttonActions: ['callback', 'reply', 'url', 'requestPhone', 'requestLocation', 'copy', 'appUrl'],
  canReply: true,
  editSeconds: forEver,
  editContent: ['text', 'image', 'video', 'audio', 'file', 'animation'],
  deleteSeconds: dayAndNightTwice,
  canReact: true,
  canType: true,
  canMarkRead: false,
  receipts: [],
  windowSeconds: 0,
  initiation: Initiation.INITIATION_CONTACT,
  ratePerSecond: 30,
  conversationRatePerSecond: 1,
  startPayloadMax: 64,
  isSendIdempotent: false,
  canFormat: true,
  albumMax: 10,
  groupActions: [
    ...['rename', 'describe', 'photo', 'removeMembers', 'approveMembers', 'rejectMembers'],
    ...['newInviteLink', 'leave'],
  ],
});
