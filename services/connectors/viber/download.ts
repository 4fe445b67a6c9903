import { type ChannelAccess, ConnectorError, type Download, type Tools } from '@trunkline/adapter-kit';
import type { Media } from '@trunkline/contracts';
import type { Settings } from './settings.ts';

const downloadTimeoutMs = 5 * 60_000;
/** The most that a person can send; the host has its own, smaller cap. */
const downloadMaxBytes = 200 * 1_024 * 1_024;

/** Opens a file by the signed link that came with it. */
export async function download(media: Media, _channel: ChannelAccess<Settings>, tools: Tools): Promise<Download> {
  const url = media.source?.url ?? '';
  const { status, headers, stream } = await tools.fetch(url, {
    timeoutMs: downloadTimeoutMs,
    maxBytes: downloadMaxBytes,
  });
  if (status !== 200) {
    for await (const _ of stream) break; // Its words are not worth reading, but its connection has to be let go.
    const code = status >= 500 || status === 429 ? 'transient' : 'media_failed';
    throw new ConnectorError(code, `Viber's file server answered with status ${status}`, {
      platformCode: `http ${status}`,
    });
  }
  const { 'content-length': length = media.sizeBytes, 'content-type': type = media.mimeType } = headers;
  return { stream, sizeBytes: Number(length), mimeType: type, name: media.name };
}
