import { ConnectorError, type Download, fetchFile, type Tools } from '@trunkline/adapter-kit';
import type { Media } from '@trunkline/contracts';
import { ask, type Channel } from './api.ts';
import { mediaSchema } from './types.ts';

/** The largest file that a person can send. */
const maxBytes = 100 * 1_024 * 1_024;

/** Opens a file: asks for its address, which is good for five minutes and wants the token too, and reads it at once. */
export async function download(media: Media, channel: Channel, tools: Tools): Promise<Download> {
  const id = media.source?.platformFileId ?? '';
  if (!/^[\w-]{1,128}$/.test(id)) throw new ConnectorError('media_failed', 'the file has no id that can be asked for');
  const told = await ask(mediaSchema, { path: id }, channel, tools).catch(gone);
  const { url, mime_type: mimeType, file_size: sizeBytes } = told;
  const headers = { authorization: `Bearer ${channel.secret('token')}` };
  return await fetchFile({ url, headers, media, mimeType, sizeBytes, maxBytes }, tools);
}

/** Ids live a week; what is not found is gone. */
function gone(error: unknown): never {
  const isGone = error instanceof ConnectorError && error.code === 'content_invalid';
  throw isGone ? new ConnectorError('media_failed', error.message, { platformCode: error.platformCode ?? '' }) : error;
}
