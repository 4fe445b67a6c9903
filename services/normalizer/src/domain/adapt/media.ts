import { canMakeFit, joinTexts, takesFile } from '@trunkline/adapter-kit';
import {
  type Attachment,
  type Capabilities,
  type Media,
  MediaState,
  type Sticker,
  type Text,
} from '@trunkline/contracts';
import { type Degradation, type Piece, plain } from './adapted.ts';
import { type ContentKind, carries } from './carries.ts';

/** Kinds of content that are one file with a caption. */
export type AttachmentKind = 'image' | 'video' | 'audio' | 'voice' | 'file' | 'animation' | 'videoNote';

/** Gives a link under which the person can open a file of ours. */
export type FileUrl = (media: Media) => string;

/** What a piece of content became. */
export interface Degraded {
  readonly piece: Piece;
  readonly degraded: readonly Degradation[];
}

const nothing: Text = plain('');

/** As what a file may be sent, the best first. */
const ways: Readonly<Record<AttachmentKind, readonly AttachmentKind[]>> = {
  image: ['image', 'file'],
  video: ['video', 'file'],
  audio: ['audio', 'file'],
  voice: ['voice', 'audio', 'file'],
  file: ['file'],
  animation: ['animation', 'video', 'file'],
  videoNote: ['videoNote', 'video', 'file'],
};

/** Sends a file as what the channel takes, at the worst as a link. Pure. */
export function adaptAttachment(
  kind: AttachmentKind,
  attachment: Attachment,
  capabilities: Capabilities,
  fileUrl: FileUrl,
): Degraded {
  const text = attachment.caption ?? nothing;
  const isMadeFit = kind === 'image' && !takes(capabilities, kind, attachment.media);
  if (isMadeFit && canBecome(capabilities, attachment.media)) {
    return {
      piece: { native: { $case: kind, value: { ...attachment, caption: undefined } }, text },
      degraded: ['D12'],
    };
  }
  const way = ways[kind].find((candidate) => takes(capabilities, candidate, attachment.media));
  if (way === undefined) return linked(attachment.media, text, fileUrl);
  const native = { $case: way, value: { ...attachment, caption: undefined } };
  return { piece: { native, text }, degraded: way === kind ? [] : ['D3'] };
}

/** Sends a sticker as itself, as a picture, as its emoji, at the worst as a link. Pure. */
export function adaptSticker(sticker: Sticker, capabilities: Capabilities, fileUrl: FileUrl): Degraded {
  const { media, emoji } = sticker;
  if (takes(capabilities, 'sticker', media)) {
    return { piece: { native: { $case: 'sticker', value: sticker }, text: nothing }, degraded: [] };
  }
  const isPicture = media?.mimeType.startsWith('image/') === true;
  if (isPicture && (takes(capabilities, 'image', media) || canBecome(capabilities, media))) {
    const value = { media, caption: undefined, transcription: '' };
    return { piece: { native: { $case: 'image', value }, text: nothing }, degraded: ['D6'] };
  }
  return emoji === '' ? linked(media, nothing, fileUrl) : { piece: { text: plain(emoji) }, degraded: ['D8'] };
}

/** Does a channel take a file as this kind: by size and type, where they are known. Pure. */
export function takes(capabilities: Capabilities, kind: ContentKind, media: Media | undefined): boolean {
  const capability = carries(capabilities, kind);
  return media === undefined ? capability !== undefined : takesFile(capability, media);
}

/** Can a picture that a channel does not take be made into one that it takes, before it is sent. Pure. */
export function canBecome(capabilities: Capabilities, media: Media | undefined): boolean {
  return media !== undefined && canMakeFit(carries(capabilities, 'image'), media);
}

function linked(media: Media | undefined, text: Text, fileUrl: FileUrl): Degraded {
  const line = media === undefined ? '' : [media.name, linkTo(media, fileUrl)].filter(Boolean).join(': ');
  const separator = text.plain === '' || line === '' ? '' : '\n';
  return { piece: { text: joinTexts(text, plain(separator + line)) }, degraded: ['D1'] };
}

/** A company's own file is linked where it is: there will be no copy when it is not sent as a file. */
function linkTo(media: Media, fileUrl: FileUrl): string {
  const isElsewhere = media.state === MediaState.MEDIA_STATE_PENDING;
  return (isElsewhere && media.source?.url) || fileUrl(media);
}
