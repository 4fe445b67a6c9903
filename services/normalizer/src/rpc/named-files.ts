import { type Content, ids, Media, MediaState, mapMedia, mediaOf } from '@trunkline/contracts';
import { type FileAddress, invalidArgument, type TrunklineError } from '@trunkline/runtime';

/** Tells whose file an address leads to. */
export type ReadFileAddress = (address: string) => FileAddress;

const longestAddress = 2_000;

/** Kinds of content that are nothing without their file. */
const fileKinds = new Set<string>([
  ...['image', 'video', 'audio', 'voice', 'file', 'animation', 'videoNote', 'sticker', 'album'],
]);

/**
 * A sender's content with its files as we keep them. A sender names a file by an address and by nothing else: whoever has a
 * link of ours may read that file, and ids, keys and states are ours to give. What lies elsewhere is copied when it is sent.
 * Throws `invalid_argument`. Pure.
 */
export function namedFiles(content: Content, messageId: string, read: ReadFileAddress): Content {
  const kind = content.kind?.$case ?? '';
  const field = `content.${kind}.media`;
  const files = mediaOf(content);
  if (fileKinds.has(kind) && files.length === 0) throw missing(field);
  return mapMedia(content, (media) => namedFile(media, `${field}.url`, messageId, read));
}

/** One file of a sender, by the name of its field. Throws as {@link namedFiles} does. Pure. */
export function namedFile(media: Media, field: string, messageId: string, read: ReadFileAddress): Media {
  const { url, mimeType, sizeBytes, name, width, height, durationSeconds } = media;
  const told = { mimeType, sizeBytes, name, width, height, durationSeconds };
  const found = read(webAddress(url, field));
  switch (found.kind) {
    case 'ours': {
      const source = { platformFileId: '', url: '', expiresAt: undefined, objectKey: found.key };
      return Media.create({ ...told, id: found.key, state: MediaState.MEDIA_STATE_STORED, source });
    }
    case 'foreign': {
      const source = { platformFileId: '', url, expiresAt: undefined, objectKey: '' };
      return Media.create({
        ...told,
        id: ids.media(messageId, url),
        state: MediaState.MEDIA_STATE_PENDING,
        source,
      });
    }
    case 'expired':
      throw invalidArgument({ field, description: 'the link has expired; take a new one from Get or ListHistory' });
    case 'forged':
      throw invalidArgument({ field, description: 'is no link that was given out here' });
  }
}

function webAddress(url: string, field: string): string {
  if (url === '') throw missing(field);
  const parsed = url.length <= longestAddress ? URL.parse(url) : null;
  const isWeb = parsed?.protocol === 'https:' || parsed?.protocol === 'http:';
  if (isWeb && parsed.username === '' && parsed.password === '') return url;
  const description = `must be an http or https address of ${longestAddress} characters at most, without user and password`;
  throw invalidArgument({ field, description });
}

function missing(field: string): TrunklineError {
  return invalidArgument({
    field,
    description: 'is required: the address of the file, or a link to it from a message',
  });
}
