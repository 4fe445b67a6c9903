import { Readable } from 'node:stream';
import { Agent, request } from 'undici';
import { timeLimit } from '../deadline.ts';
import { TrunklineError } from '../errors.ts';
import { AddressRefused, type GuardOptions, guardedConnector, NotConnected } from './address-guard.ts';
import { encodeForm } from './multipart.ts';

/** One call to somebody else's server. */
export interface OuterRequest {
  readonly url: string;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: OuterBody | undefined;
  /** Whole call with its answer's body, in milliseconds. */
  readonly timeoutMs: number;
  /** Cap of the answer's body, in bytes. */
  readonly maxBytes: number;
  readonly signal: AbortSignal;
}

/** What a call carries. A form's content type is filled in; a stream is sent as it comes, without its length. */
export type OuterBody = string | Uint8Array | FormData | AsyncIterable<Uint8Array>;

/** What somebody else's server answered. */
export interface OuterResponse {
  readonly status: number;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  /** Read once. Rejects as {@link OuterHttp.call} does, and with `too_large` at the cap. */
  readonly stream: AsyncIterable<Uint8Array>;
}

/** HTTP to other people's servers. */
export interface OuterHttp extends AsyncDisposable {
  /**
   * Calls, following no redirect. Rejects with TrunklineError: `unavailable` and certain when nothing can have arrived (no
   * connection), `permission_denied` when the address may not be called, `unavailable` and not certain for all else.
   */
  call(request: OuterRequest): Promise<OuterResponse>;
}

/** Makes a client; connections are kept and used again. */
export function createOuterHttp(options: GuardOptions): OuterHttp {
  const dispatcher = new Agent({ connect: guardedConnector(options), allowH2: false, pipelining: 1 });
  return {
    call: async ({ url, method, timeoutMs, maxBytes, signal, ...wanted }) => {
      const limit = timeLimit(timeoutMs, signal);
      // An answer that nobody reads ends with whoever asked, and its timer with it.
      limit.signal.addEventListener('abort', () => limit[Symbol.dispose](), { once: true });
      try {
        const { headers, body } = await writable(wanted);
        const answer = await request(url, {
          dispatcher,
          method: method as 'GET',
          headers,
          body,
          signal: limit.signal,
          headersTimeout: timeoutMs,
          bodyTimeout: timeoutMs,
        });
        return {
          status: answer.statusCode,
          headers: flat(answer.headers),
          stream: capped(answer.body, maxBytes, limit),
        };
      } catch (error) {
        limit[Symbol.dispose]();
        throw asOuterError(error);
      }
    },
    [Symbol.asyncDispose]: () => dispatcher.destroy(),
  };
}

/** Headers and body as undici takes them. */
async function writable({ headers, body }: Pick<OuterRequest, 'headers' | 'body'>) {
  if (body === undefined) return { headers, body: null };
  if (typeof body === 'string' || body instanceof Uint8Array) return { headers, body };
  if (!(body instanceof FormData)) return { headers, body: Readable.from(body) };
  const form = await encodeForm(body);
  return { headers: { ...headers, 'content-type': form.contentType }, body: form.body };
}

async function* capped(
  body: AsyncIterable<Uint8Array>,
  maxBytes: number,
  limit: Disposable,
): AsyncGenerator<Uint8Array> {
  let bytes = 0;
  try {
    for await (const part of body) {
      bytes += part.length;
      if (bytes > maxBytes) throw new TrunklineError('too_large', `an answer is larger than ${maxBytes} bytes`);
      yield part;
    }
  } catch (error) {
    throw error instanceof TrunklineError && error.code === 'too_large' ? error : asOuterError(error);
  } finally {
    limit[Symbol.dispose]();
  }
}

/** The message says what failed and never where: addresses may hold secrets. */
function asOuterError(error: unknown): TrunklineError {
  if (error instanceof AddressRefused) return new TrunklineError('permission_denied', error.message);
  const certain = error instanceof NotConnected;
  const what = certain ? 'no connection' : 'the connection broke or the answer did not come in time';
  return new TrunklineError('unavailable', `${what} (${reasonOf(error)})`, { certain });
}

/** Code of the innermost error: a connection that was tried at several addresses fails with all of theirs. */
function reasonOf(error: unknown): string {
  if (error instanceof NotConnected) return reasonOf(error.cause);
  if (error instanceof AggregateError && error.errors.length > 0) return reasonOf(error.errors[0]);
  return typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : 'unknown';
}

function flat(headers: Readonly<Record<string, string | string[] | undefined>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value ?? '')]));
}
