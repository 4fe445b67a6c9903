import { ConnectorError } from './connector-error.ts';
import type { GuardedRequest, GuardedResponse, Tools } from './tools.ts';

/** Redirects that a file may lie behind: file servers pass on to the host that has it. */
export const usualRedirects = 3;

/** The answer of the server that has the file, or said why not. */
export interface FoundFile extends GuardedResponse {
  /** Where it came from: scheme, host and port. */
  readonly origin: string;
}

const moved: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/**
 * Asks for a file where its server says that it is, over so many redirects. Each address is checked like the first: it has to be
 * a public one, of the messenger's hosts. What is shown to one server is not shown to another.
 */
export async function getFile(
  url: string,
  request: Pick<GuardedRequest, 'headers' | 'maxBytes' | 'timeoutMs'>,
  tools: Pick<Tools, 'fetch'>,
  redirects = usualRedirects,
): Promise<FoundFile> {
  const response = await tools.fetch(url, request);
  const next = moved.has(response.status) ? URL.parse(response.headers.location ?? '', url) : null;
  const { origin } = new URL(url);
  if (next === null || redirects === 0) return { ...response, origin };
  await letGo(response);
  const { headers = {}, ...rest } = request;
  const shown = next.origin === origin ? headers : {};
  return await getFile(next.href, { ...rest, headers: shown }, tools, redirects - 1).catch(elsewhere);
}

/** The words of an answer that is no file are not worth reading, but its connection has to be let go. */
export async function letGo({ stream }: Pick<GuardedResponse, 'stream'>): Promise<void> {
  for await (const _ of stream) break;
}

/** What may not be called is no place of the messenger's files: the account has its rights all the same. */
export function elsewhere(error: unknown): never {
  if (!(error instanceof ConnectorError) || error.code !== 'permission') throw error;
  throw new ConnectorError('media_failed', 'the file lies at an address that is not of the platform', { cause: error });
}
