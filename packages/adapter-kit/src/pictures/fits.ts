import type { ContentCapability, Media } from '@trunkline/contracts';

/** What is asked of a file before anybody opens it. */
export type FileFacts = Pick<Media, 'mimeType' | 'sizeBytes' | 'width' | 'height'> & Partial<Pick<Media, 'name'>>;

/** Pictures that can be made into others. GIF is none of them: it would stop to move. */
const readable = new Set(['image/jpeg', 'image/png', 'image/webp', 'image/avif', 'image/tiff']);

/** What messengers refuse they tell by the ending of a name, whatever type the file is said to have. */
const typesByEnding = new Map<string, string>([
  ...['exe', 'com', 'scr'].map((ending) => [ending, 'application/x-msdownload'] as const),
  ...['bat', 'cmd'].map((ending) => [ending, 'application/x-bat'] as const),
  ...([
    ['msi', 'application/x-ms-installer'],
    ['js', 'text/javascript'],
    ['vbs', 'text/vbscript'],
  ] as const),
  ...([
    ['jar', 'application/java-archive'],
    ['apk', 'application/vnd.android.package-archive'],
  ] as const),
  ['mp3', 'audio/mpeg'],
]);

/** Larger ones would cost more memory and time than a picture in a chat is worth. */
export const largestPicture = { bytes: 32 * 1_024 * 1_024, pixels: 40_000_000 };

/** A channel that takes less than this gets no promise that a picture can be made so small. */
const leastBytes = 64 * 1_024;

/** Does a channel take a file as it is, by size, type and ending, where these are known. Pure. */
export function takesFile(capability: ContentCapability | undefined, file: FileFacts): boolean {
  if (capability === undefined) return false;
  const { maxBytes, mimeTypes, refusedMimeTypes } = capability;
  const types = [file.mimeType, typesByEnding.get(/\.(\w+)$/.exec(file.name ?? '')?.[1]?.toLowerCase() ?? '') ?? ''];
  if (refusedMimeTypes.some((pattern) => types.some((type) => matches(pattern, type)))) return false;
  const fitsSize = maxBytes === 0 || file.sizeBytes <= maxBytes;
  const isAnyType = mimeTypes.length === 0 || file.mimeType === '';
  return fitsSize && (isAnyType || mimeTypes.some((pattern) => matches(pattern, file.mimeType)));
}

/** Can a picture that a channel does not take be made into one that it takes. Pure. */
export function canMakeFit(capability: ContentCapability | undefined, file: FileFacts): boolean {
  if (capability === undefined || typesFor(capability).length === 0) return false;
  const isPromised = capability.maxBytes === 0 || capability.maxBytes >= leastBytes;
  const isSmall = file.sizeBytes <= largestPicture.bytes && file.width * file.height <= largestPicture.pixels;
  return isPromised && isSmall && readable.has(bareType(file.mimeType));
}

/** The type that a picture is made into. */
export type PictureType = 'image/jpeg' | 'image/png';

/** Which of the types that can be made here a channel takes. Pure. */
export function typesFor({ mimeTypes, refusedMimeTypes }: ContentCapability): readonly PictureType[] {
  const isTaken = (type: string) =>
    (mimeTypes.length === 0 || mimeTypes.some((pattern) => matches(pattern, type))) &&
    !refusedMimeTypes.some((pattern) => matches(pattern, type));
  return (['image/jpeg', 'image/png'] as const).filter(isTaken);
}

function matches(pattern: string, mimeType: string): boolean {
  const type = bareType(mimeType);
  return pattern.endsWith('/*') ? type.startsWith(pattern.slice(0, -1)) : type === pattern.toLowerCase();
}

function bareType(mimeType: string): string {
  return mimeType.split(';')[0]?.trim().toLowerCase() ?? '';
}
