import { type ContentCapability, capabilitiesFor, type Media, type SendOrder } from '@trunkline/contracts';
import { type FileStore, type StoredFile, TrunklineError } from '@trunkline/runtime';
import type { Connector } from '../connector.ts';
import { ConnectorError } from '../connector-error.ts';
import type { Turns } from '../host/turns.ts';
import { canMakeFit, largestPicture, takesFile, typesFor } from '../pictures/fits.ts';
import { makeFit } from '../pictures/make-fit.ts';
import { keyOf, picturesOf, withFiles } from './order-files.ts';

/** What making pictures fit needs. */
export interface PicturesParts {
  readonly connector: Pick<Connector, 'capabilities' | 'capabilitiesByKind' | 'capabilitiesBySubchannel'>;
  readonly files: Pick<FileStore, 'put' | 'info' | 'open'>;
  /** One picture at a time: two would take both cores from everything else. */
  readonly turns: Turns;
}

/** An order whose pictures the channel takes, as far as we can see to it. */
export interface Fitted {
  readonly send: SendOrder;
  /** How they were degraded: "D12", or nothing. */
  readonly degraded: readonly string[];
}

/**
 * Makes the pictures of an order into what its channel takes, by what they really are and not by what was said of them. What
 * was made is kept under a key of its own: done twice it is read once. Throws ConnectorError 'transient' when it may be
 * tried again, 'media_failed' for ever.
 */
export async function fitPictures(send: SendOrder, parts: PicturesParts): Promise<Fitted> {
  const { kind = 0, subchannel = '' } = send.conversation ?? {};
  const capability = capabilitiesFor(parts.connector, { kind, subchannel })?.content.image;
  const made = new Map<string, Media>();
  for (const media of capability === undefined ? [] : picturesOf(send)) {
    const file = await parts.files.info(keyOf(media)).catch(unreadable);
    if (file === undefined || capability === undefined) continue;
    const facts = { ...media, mimeType: file.mimeType, sizeBytes: file.sizeBytes };
    if (takesFile(capability, facts) || !canMakeFit(capability, facts)) continue;
    made.set(media.id, fittedMedia(media, await fitted(file, capability, parts)));
  }
  if (made.size === 0) return { send, degraded: [] };
  return { send: withFiles(send, (media) => made.get(media.id) ?? media), degraded: ['D12'] };
}

async function fitted(file: StoredFile, capability: ContentCapability, parts: PicturesParts): Promise<StoredFile> {
  const { files, turns } = parts;
  const { maxBytes } = capability;
  const types = typesFor(capability);
  const key = [file.key, ...types.map((type) => type.replace('image/', '')), maxBytes].join('-');
  const known = await files.info(key).catch(unreadable);
  if (known !== undefined) return known;
  return await turns
    .take('picture', async () => {
      const { bytes, mimeType } = await makeFit(await wholeOf(file, files), { types, maxBytes });
      const once = async function* () {
        yield bytes;
      };
      return await files.put(once(), { key, maxBytes: bytes.byteLength, mimeType, name: file.name });
    })
    .catch(unreadable);
}

async function wholeOf({ key }: StoredFile, files: PicturesParts['files']): Promise<Buffer> {
  const opened = await files.open(key);
  if (opened === undefined) throw new ConnectorError('media_failed', 'the file is not there any more');
  const chunks: Uint8Array[] = [];
  let sizeBytes = 0;
  for await (const chunk of opened.stream) {
    sizeBytes += chunk.byteLength;
    if (sizeBytes > largestPicture.bytes)
      throw new ConnectorError('media_failed', 'the picture is too large to be changed');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** The file of history stays as it is: only what goes out is another one. */
function fittedMedia(media: Media, { key, mimeType, sizeBytes, sha256 }: StoredFile): Media {
  const extension = mimeType === 'image/png' ? 'png' : 'jpg';
  const name = media.name === '' ? '' : `${media.name.replace(/\.[^.]*$/, '')}.${extension}`;
  const source = { platformFileId: '', url: '', expiresAt: undefined, objectKey: key };
  return { ...media, ...{ mimeType, sizeBytes, sha256, name, source, width: 0, height: 0 } };
}

/** Our own store is away, or too many pictures wait: later. */
function unreadable(error: unknown): never {
  if (error instanceof ConnectorError) throw error;
  const words = error instanceof TrunklineError ? error.message : 'a picture cannot be made fit now';
  throw new ConnectorError('transient', words, { cause: error });
}
