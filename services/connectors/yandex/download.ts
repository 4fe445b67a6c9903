import { type ChannelAccess, ConnectorError, type Download, type Tools } from '@trunkline/adapter-kit';
import type { Media } from '@trunkline/contracts';
import { fetchFile } from './api.ts';
import type { Settings } from './settings.ts';

/** Opens a file by its id. */
export async function download(media: Media, channel: ChannelAccess<Settings>, tools: Tools): Promise<Download> {
  const fileId = media.source?.platformFileId ?? '';
  const { status, headers, stream } = await fetchFile(fileId, channel, tools);
  const type = headers['content-type'] ?? '';
  // JSON in place of a file is a refusal, whatever its status, unless it is the file that somebody sent.
  const isRefusal = status !== 200 || (type.startsWith('application/json') && !media.name.endsWith('.json'));
  if (isRefusal) {
    for await (const _ of stream) break; // Its words are not worth reading, but its connection has to be let go.
    throw refused(status);
  }
  const mimeType = type.split(';')[0]?.trim() || media.mimeType;
  return { stream, sizeBytes: Number(headers['content-length'] ?? media.sizeBytes), mimeType, name: media.name };
}

function refused(status: number): ConnectorError {
  const isPassing = status >= 500 || status === 429;
  const code = isPassing ? 'transient' : status === 401 ? 'auth_revoked' : 'media_failed';
  return new ConnectorError(code, `Yandex gave no file, with HTTP status ${status}`, { platformCode: String(status) });
}
