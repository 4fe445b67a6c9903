import {
  type ChannelAccess,
  ConnectorError,
  type Download,
  type GuardedResponse,
  type Tools,
} from '@trunkline/adapter-kit';
import type { Media } from '@trunkline/contracts';
import { ask, secretUrl } from './api.ts';
import type { Settings } from './settings.ts';
import { fileSchema } from './types.ts';

const getFile = ['getFile', fileSchema] as const;
const downloadTimeoutMs = 10 * 60_000;
/** What a company's own Bot API server serves at most; the host has its own, smaller cap. */
const downloadMaxBytes = 2_000 * 1_024 * 1_024;

/** Opens a file: asks for its path, which is good for an hour, and reads it at once. */
export async function download(media: Media, channel: ChannelAccess<Settings>, tools: Tools): Promise<Download> {
  const fileId = media.source?.platformFileId ?? '';
  const { file_path: path, file_size: told = 0 } = await ask(getFile, { file_id: fileId }, channel, tools);
  if (path === undefined || path.startsWith('/') || path.split('/').includes('..')) {
    throw new ConnectorError('media_failed', 'Telegram serves this file in no way that can be read from here');
  }
  const url = secretUrl(channel, '/file', path.split('/').map(encodeURIComponent).join('/'));
  const response = await tools.fetch(url, { timeoutMs: downloadTimeoutMs, maxBytes: downloadMaxBytes });
  if (response.status !== 200) throw await refused(response);
  const { stream, headers } = response;
  const sizeBytes = Number(headers['content-length'] ?? told);
  return { stream, sizeBytes, mimeType: media.mimeType, name: media.name || (path.split('/').at(-1) ?? '') };
}

/** The words of a refusal are not worth reading, but its connection has to be let go. */
async function refused({ status, stream }: GuardedResponse): Promise<ConnectorError> {
  for await (const _ of stream) break;
  const isPassing = status >= 500 || status === 429;
  const code = isPassing ? 'transient' : status === 401 ? 'auth_revoked' : 'media_failed';
  return new ConnectorError(code, `Telegram's file server answered with status ${status}`, {
    platformCode: `${status}`,
  });
}
