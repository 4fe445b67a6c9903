import type { Media } from '@trunkline/contracts';
import { ConnectorError } from './connector-error.ts';
import type { Download, GuardedResponse, Tools } from './tools.ts';

/** How a platform serves its files. */
export interface LinkOptions {
  /** Name for people. */
  readonly platform: string;
  /** What the platform itself keeps at most, in bytes; the host has its own cap. */
  readonly maxBytes: number;
  /** Redirects that are followed, each to a host that may be called; none by default. */
  readonly redirects?: number;
}

const timeoutMs = 5 * 60_000;

/**
 * Opens a file of the platform by the address that came with it. Throws ConnectorError 'transient' for trouble of the server,
 * 'media_failed' for a link that is over, or that leads to where no file of the platform is.
 */
export async function openLink(media: Media, tools: Tools, options: LinkOptions): Promise<Download> {
  const { headers, stream } = await follow(media.source?.url ?? '', tools, options, options.redirects ?? 0);
  const { 'content-length': length = media.sizeBytes, 'content-type': mimeType = media.mimeType } = headers;
  return { stream, sizeBytes: Number(length), mimeType, name: media.name };
}

async function follow(url: string, tools: Tools, options: LinkOptions, left: number): Promise<GuardedResponse> {
  const response = await tools.fetch(url, { timeoutMs, maxBytes: options.maxBytes }).catch(elsewhere);
  if (response.status === 200) return response;
  for await (const _ of response.stream) break; // Its words are not worth reading, but its connection has to be let go.
  const { status, headers } = response;
  const next = status >= 300 && status < 400 ? URL.parse(headers.location ?? '', url) : null;
  if (next !== null && left > 0) return await follow(next.href, tools, options, left - 1);
  const code = status >= 500 || status === 429 ? 'transient' : 'media_failed';
  const words = `the file server of ${options.platform} answered with status ${status}`;
  throw new ConnectorError(code, words, { platformCode: `http ${status}` });
}

function elsewhere(error: unknown): never {
  if (!(error instanceof ConnectorError) || error.code !== 'permission') throw error;
  throw new ConnectorError('media_failed', 'the file lies at an address that is not of the platform', { cause: error });
}
