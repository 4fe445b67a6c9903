import type { Media } from '@trunkline/contracts';
import { ConnectorError } from './connector-error.ts';
import { elsewhere, getFile, letGo, usualRedirects } from './follow.ts';
import type { Download, Tools } from './tools.ts';

/** How a platform serves its files. */
export interface LinkOptions {
  /** Name for people. */
  readonly platform: string;
  /** What the platform itself keeps at most, in bytes; the host has its own cap. */
  readonly maxBytes: number;
  /** Redirects that are followed, each to a host that may be called; three by default. */
  readonly redirects?: number;
}

const timeoutMs = 5 * 60_000;

/**
 * Opens a file of the platform by the address that came with it. Throws ConnectorError 'transient' for trouble of the server,
 * 'media_failed' for a link that is over, or that leads to where no file of the platform is.
 */
export async function openLink(media: Media, tools: Tools, options: LinkOptions): Promise<Download> {
  const { platform, maxBytes, redirects = usualRedirects } = options;
  const url = media.source?.url ?? '';
  const response = await getFile(url, { timeoutMs, maxBytes }, tools, redirects).catch(elsewhere);
  const { status, headers, stream } = response;
  if (status !== 200) {
    await letGo(response);
    const code = status >= 500 || status === 429 ? 'transient' : 'media_failed';
    const words = `the file server of ${platform} answered with status ${status}`;
    throw new ConnectorError(code, words, { platformCode: `http ${status}` });
  }
  const { 'content-length': length = media.sizeBytes, 'content-type': mimeType = media.mimeType } = headers;
  return { stream, sizeBytes: Number(length), mimeType, name: media.name };
}
