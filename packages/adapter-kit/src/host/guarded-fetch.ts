import { type OuterHttp, TrunklineError } from '@trunkline/runtime';
import { ConnectorError } from '../connector-error.ts';
import type { GuardedFetch, GuardedResponse } from '../tools.ts';

/** What a fetch of one channel's call may do. */
export interface FetchLimits {
  readonly http: OuterHttp;
  /** Hosts that may be called; undefined: any. */
  readonly hosts: readonly string[] | undefined;
  readonly signal: AbortSignal;
  /** Hears of each answer that was read whole, as text. */
  readonly onAnswer?: (call: AnsweredCall, body: string) => void;
}

/** A call that was answered. */
export interface AnsweredCall {
  readonly method: string;
  /** Without host and query. */
  readonly path: string;
  readonly status: number;
}

const usualTimeoutMs = 15_000;
const usualMaxBytes = 4 * 1024 * 1024;

/** Makes the fetch that a connector gets: see {@link GuardedFetch}. Does no input or output until it is called. */
export function createGuardedFetch({ http, hosts, signal, onAnswer }: FetchLimits): GuardedFetch {
  return async (address, request = {}) => {
    const { headers = {}, body, timeoutMs = usualTimeoutMs, maxBytes = usualMaxBytes } = request;
    const method = request.method ?? (body === undefined ? 'GET' : 'POST');
    const url = allowed(address, hosts);
    const translated = <T>(error: unknown): Promise<T> => Promise.reject(asConnectorError(error, method === 'GET'));
    const wanted = { url, method, headers, body, timeoutMs, maxBytes, signal };
    const answer = await http.call(wanted).catch((error: unknown) => translated<never>(error));
    const stream = read(answer.stream, method === 'GET');
    return {
      status: answer.status,
      headers: answer.headers,
      stream,
      text: async () => {
        const body = await textOf(stream);
        onAnswer?.({ method, path: new URL(url).pathname, status: answer.status }, body);
        return body;
      },
    } satisfies GuardedResponse;
  };
}

async function* read(stream: AsyncIterable<Uint8Array>, isRead: boolean): AsyncGenerator<Uint8Array> {
  try {
    yield* stream;
  } catch (error) {
    throw asConnectorError(error, isRead);
  }
}

async function textOf(stream: AsyncIterable<Uint8Array>): Promise<string> {
  const parts: Uint8Array[] = [];
  for await (const part of stream) parts.push(part);
  return Buffer.concat(parts).toString('utf8');
}

function allowed(address: string, hosts: readonly string[] | undefined): string {
  const url = URL.parse(address);
  if (url === null || !/^https?:$/.test(url.protocol)) throw new ConnectorError('permission', 'this is no web address');
  const isAllowed = (host: string) =>
    host.startsWith('.') ? url.hostname.endsWith(host) : host === url.hostname || host === url.host;
  if (hosts !== undefined && !hosts.some(isAllowed)) {
    throw new ConnectorError('permission', "the address is not on one of the messenger's hosts");
  }
  return url.href;
}

/** What was only read may be read again, so its outcome is never in doubt. */
function asConnectorError(error: unknown, isRead: boolean): ConnectorError {
  if (!(error instanceof TrunklineError))
    return new ConnectorError('unknown_outcome', 'the call failed', { cause: error });
  const { message, code, certain } = error;
  if (code === 'permission_denied') return new ConnectorError('permission', message);
  if (code === 'too_large') return new ConnectorError(isRead ? 'too_large' : 'unknown_outcome', message);
  return new ConnectorError(certain || isRead ? 'transient' : 'unknown_outcome', message);
}
