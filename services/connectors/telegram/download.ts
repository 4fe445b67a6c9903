import { type ChannelAccess, ConnectorError, type Download, fetchFile, type Tools } from '@trunkline/adapter-kit';
import type { Media } from '@trunkline/contracts';
import { ask, secretUrl } from './api.ts';
import type { Settings } from './settings.ts';
import { fileSchema } from './types.ts';

const getFile = ['getFile', fileSchema] as const;
/** What a company's own Bot API server serves at most; the host has its own, smaller cap. */
const maxBytes = 2_000 * 1_024 * 1_024;

/** Opens a file: asks for its path, which is good for an hour, and reads it at once. */
export async function download(media: Media, channel: ChannelAccess<Settings>, tools: Tools): Promise<Download> {
  const fileId = media.source?.platformFileId ?? '';
  const { file_path: path, file_size: sizeBytes = 0 } = await ask(getFile, { file_id: fileId }, channel, tools);
  if (path === undefined || path.startsWith('/') || path.split('/').includes('..')) {
    throw new ConnectorError('media_failed', 'Telegram serves this file in no way that can be read from here');
  }
  const url = secretUrl(channel, '/file', path.split('/').map(encodeURIComponent).join('/'));
  const named = { ...media, name: media.name || (path.split('/').at(-1) ?? '') };
  return await fetchFile({ url, isSecretAddress: true, media: named, sizeBytes, maxBytes }, tools);
}
