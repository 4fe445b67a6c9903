import type { Media } from '@trunkline/contracts';
import { ConnectorError } from './connector-error.ts';
import { getFile, letGo } from './follow.ts';
import type { Download, Tools } from './tools.ts';

/** What {@link fetchFile} fetches. */
export interface FileAddress {
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** True if the address itself proves who we are: it holds the account's token. */
  readonly isSecretAddress?: true;
  /** What the connector knows of the file already. */
  readonly media: Media;
  /** Size as the platform tells it; 0 when it does not. */
  readonly sizeBytes?: number | undefined;
  readonly mimeType?: string | undefined;
  /** Cap of the platform; the host has its own, smaller one. */
  readonly maxBytes: number;
}

const downloadTimeoutMs = 10 * 60_000;

/**
 * Opens a file at an address of the platform, for `download`; redirects are followed, see {@link getFile}. Throws ConnectorError 'transient' for what may pass, 'auth_revoked'
 * when the account was shown and is not accepted, 'media_failed' for a file that is gone or whose address is over.
 */
export async function fetchFile(address: FileAddress, tools: Pick<Tools, 'fetch'>): Promise<Download> {
  const { url, headers = {}, isSecretAddress, media, maxBytes, sizeBytes = 0, mimeType = media.mimeType } = address;
  const response = await getFile(url, { headers, maxBytes, timeoutMs: downloadTimeoutMs }, tools);
  const { status, stream, headers: told, origin } = response;
  if (status === 200) {
    return { stream, mimeType, name: media.name, sizeBytes: Number(told['content-length'] ?? sizeBytes) };
  }
  await letGo(response);
  const isPassing = status >= 500 || status === 429;
  const isShown = isSecretAddress || Object.keys(headers).some((name) => name.toLowerCase() === 'authorization');
  const isProved = isShown && origin === new URL(url).origin;
  const code = isPassing ? 'transient' : status === 401 && isProved ? 'auth_revoked' : 'media_failed';
  const words = `the file server of the messenger answered with status ${status}`;
  throw new ConnectorError(code, words, { platformCode: String(status) });
}
