import type { Sharp } from 'sharp';
import { ConnectorError } from '../connector-error.ts';
import { largestPicture, type PictureType } from './fits.ts';

/** What a channel takes as a picture. */
export interface WantedPicture {
  /** At least one. */
  readonly types: readonly PictureType[];
  /** In bytes; 0: no limit. */
  readonly maxBytes: number;
}

/** A picture as it was made. */
export interface MadePicture {
  readonly bytes: Uint8Array;
  readonly mimeType: PictureType;
}

/** The whole work on one picture. */
const budgetMs = 30_000;
const mostTries = 6;
const loaders = ['Jpeg', 'Png', 'Webp', 'Heif', 'Tiff'].map((format) => `VipsForeignLoad${format}Buffer`);

type Library = typeof import('sharp').default;

/**
 * Makes a picture into one that a channel takes: another type, or smaller. What is transparent stays so where the channel
 * takes PNG, else it becomes white; of what moves the first frame is kept; what cameras wrote beside it (place, time) is not.
 * The work is done by threads of the library, not by the event loop. Throws ConnectorError 'media_failed' for what is no
 * picture, or one that is too much for us.
 */
export async function makeFit(bytes: Uint8Array, wanted: WantedPicture): Promise<MadePicture> {
  const library = await load();
  try {
    return await within(library, bytes, wanted);
  } catch (cause) {
    if (cause instanceof ConnectorError) throw cause;
    throw new ConnectorError('media_failed', 'the picture cannot be read, so it cannot be made fit', { cause });
  }
}

async function within(library: Library, bytes: Uint8Array, { types, maxBytes }: WantedPicture): Promise<MadePicture> {
  const endsAt = performance.now() + budgetMs;
  const open = () => {
    const seconds = Math.ceil((endsAt - performance.now()) / 1_000);
    if (seconds <= 0) throw new ConnectorError('media_failed', 'the picture takes too long to be made fit');
    return library(bytes, { limitInputPixels: largestPicture.pixels, failOn: 'error' })
      .autoOrient()
      .timeout({ seconds });
  };
  const { hasAlpha, autoOrient } = await open().metadata();
  const isPng = types.includes('image/png') && (hasAlpha || !types.includes('image/jpeg'));
  const fits = (made: Uint8Array) => maxBytes === 0 || made.byteLength <= maxBytes;
  if (isPng) {
    const made = await open().png({ compressionLevel: 9 }).toBuffer();
    if (fits(made)) return { bytes: made, mimeType: 'image/png' };
  }
  const mimeType = types.includes('image/jpeg') ? 'image/jpeg' : 'image/png';
  let { scale, quality } = { scale: 1, quality: 88 };
  for (let tries = 0; tries < mostTries; tries += 1) {
    const made = await written(sized(open(), autoOrient, scale), mimeType, quality).toBuffer();
    if (fits(made)) return { bytes: made, mimeType };
    const share = maxBytes / made.byteLength;
    // A little too large: coarser; much too large: smaller, by what the last try weighed.
    if (quality > 75 && mimeType === 'image/jpeg' && share > 0.5) quality = 70;
    else scale *= Math.min(0.9, Math.sqrt(share) * 0.95);
  }
  throw new ConnectorError('media_failed', `the picture cannot be made as small as ${maxBytes} bytes`);
}

function sized(image: Sharp, { width, height }: { width: number; height: number }, scale: number): Sharp {
  if (scale >= 1) return image;
  const pixels = (side: number) => Math.max(1, Math.round(side * scale));
  return image.resize(pixels(width), pixels(height), { fit: 'fill' });
}

function written(image: Sharp, mimeType: PictureType, quality: number): Sharp {
  if (mimeType === 'image/png') return image.png({ compressionLevel: 9 });
  return image.flatten({ background: 'white' }).jpeg({ quality });
}

/** Loaded when it is first wanted: most services never need it. It reads what we name and nothing else. */
async function load(): Promise<Library> {
  const { default: library } = await import('sharp');
  library.cache(false);
  library.concurrency(1);
  library.block({ operation: ['VipsForeignLoad'] });
  library.unblock({ operation: loaders });
  return library;
}
