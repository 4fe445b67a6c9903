import type { IncomingHttpHeaders } from 'node:http';
import { Agent, type Dispatcher } from 'undici';
import { TrunklineError } from '../errors.ts';
import { AddressRefused, type GuardOptions, guardedConnector, NotConnected } from './address-guard.ts';

/** One POST to a portal. */
export interface Post {
  /** http: or https:, without a user in it. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
  /** Whole call with its answer, in milliseconds. */
  readonly timeoutMs: number;
  /** Cap of the answer's body, in bytes. */
  readonly maxBytes: number;
  readonly signal: AbortSignal;
  /**
   * Does the body of such an answer matter? By default always. One that does not is read for a second, so that the
   * connection can be used again; what is wrong with it changes nothing.
   */
  readonly wantsBody?: (status: number, headers: PostAnswer['headers']) => boolean;
}

/** What a portal answered. */
export interface PostAnswer {
  readonly status: number;
  /** Lower-case names; of a repeated header the first. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  /** True if the body is not whole: longer than the cap, or not wanted and slow or broken. */
  readonly isCut: boolean;
}

/** HTTP to portals. */
export interface PortalHttp extends AsyncDisposable {
  /**
   * Posts once: never tries again, follows no redirect. Rejects with TrunklineError: `portal_address_refused`,
   * `portal_unreachable` (certain when there was no connection, not certain when it broke), `portal_timeout` (certain when
   * nothing had been sent yet), `aborted` by the signal. Messages hold no address.
   */
  post(request: Post): Promise<PostAnswer>;
}

/** How portals are called. */
export interface PortalHttpOptions extends GuardOptions {
  /** How long an idle connection is kept, in milliseconds; 10,000 by default. */
  readonly keepAliveMs?: number;
}

/** Makes a client with its own connections, as many to one host as there are requests. */
export function createPortalHttp(options: PortalHttpOptions): PortalHttp {
  const agent = new Agent({
    connect: guardedConnector(options),
    allowH2: false,
    pipelining: 1,
    keepAliveTimeout: options.keepAliveMs ?? 10_000,
    keepAliveMaxTimeout: 60_000,
    maxHeaderSize: 16_384,
    // The whole call has one limit of its own.
    headersTimeout: 0,
    bodyTimeout: 0,
  });
  return {
    post: async (request) => {
      const { origin, path } = targetOf(request.url);
      if (request.signal.aborted) throw new TrunklineError('aborted', 'not sent', { certain: true });
      return await new Promise((resolve, reject) => {
        const exchange = createExchange(request, { resolve, reject });
        const { headers, body } = request;
        agent.dispatch({ origin, path, method: 'POST', headers, body }, exchange);
      });
    },
    [Symbol.asyncDispose]: () => agent.destroy(),
  };
}

interface Outcome {
  readonly resolve: (answer: PostAnswer) => void;
  readonly reject: (error: unknown) => void;
}

const unwantedBodyMs = 1_000;

/** One request and its answer; settles once, by whichever comes first: the answer, a failure, the limit, the signal. */
function createExchange(post: Post, outcome: Outcome): Dispatcher.DispatchHandler {
  const { timeoutMs, maxBytes, signal, wantsBody = () => true } = post;
  let controller: Dispatcher.DispatchController | undefined;
  let head: Pick<PostAnswer, 'status' | 'headers'> | undefined;
  let isWanted = true;
  let size = 0;
  let failure: TrunklineError | undefined;
  const parts: Buffer[] = [];
  const answer = (isCut: boolean) => {
    const body = parts.length === 1 && parts[0] !== undefined ? parts[0] : Buffer.concat(parts);
    const { status = 0, headers = {} } = head ?? {};
    limit.clear();
    outcome.resolve({ status, headers, body: body.subarray(0, maxBytes), isCut });
  };
  const fail = (error: TrunklineError) => {
    failure ??= error;
    limit.clear();
    if (head !== undefined && !isWanted) answer(true);
    else outcome.reject(error);
    controller?.abort(error);
  };
  const expire = () =>
    fail(
      new TrunklineError('portal_timeout', `no whole answer in ${timeoutMs} ms`, { certain: controller === undefined }),
    );
  const abort = () => fail(new TrunklineError('aborted', 'given up', { certain: controller === undefined }));
  const limit = createLimit(signal, { abort, expire });
  limit.set(timeoutMs);
  return {
    onRequestStart: (started) => {
      controller = started;
      // Given up while it waited for its connection: nothing is sent.
      if (failure !== undefined) started.abort(failure);
    },
    onResponseStart: (_, status, headers) => {
      // Early hints and the like: the answer itself comes later.
      if (status < 200) return;
      head = { status, headers: flat(headers) };
      isWanted = wantsBody(status, head.headers);
      if (!isWanted) limit.set(Math.min(unwantedBodyMs, timeoutMs));
    },
    onResponseData: (from, chunk) => {
      parts.push(chunk);
      size += chunk.length;
      if (size <= maxBytes) return;
      answer(true);
      from.abort(new Error('the answer is too long'));
    },
    // The connection is free for the next request only in the next turn: answered sooner, a second one would be opened.
    onResponseEnd: () => queueMicrotask(() => setImmediate(answer, false)),
    // After the outcome is settled this changes nothing: a promise keeps its first answer.
    onResponseError: (_, error) => fail(portalError(error)),
  };
}

/** The limit of time of one request, together with its signal. */
function createLimit(
  signal: AbortSignal,
  { abort, expire }: { readonly abort: () => void; readonly expire: () => void },
) {
  let timer: NodeJS.Timeout | undefined;
  signal.addEventListener('abort', abort, { once: true });
  return {
    set: (limitMs: number) => {
      clearTimeout(timer);
      timer = setTimeout(expire, limitMs);
    },
    clear: () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', abort);
    },
  };
}

function targetOf(url: string): { readonly origin: string; readonly path: string } {
  const parsed = URL.parse(url);
  const isCallable =
    parsed !== null && /^https?:$/.test(parsed.protocol) && parsed.username === '' && parsed.password === '';
  if (isCallable) return { origin: parsed.origin, path: `${parsed.pathname}${parsed.search}` };
  throw new TrunklineError(
    'portal_address_refused',
    'the address of the portal is not http: or https:, or has a user in it',
  );
}

function portalError(error: unknown): TrunklineError {
  if (error instanceof TrunklineError) return error;
  if (error instanceof AddressRefused)
    return new TrunklineError('portal_address_refused', error.message, { cause: error });
  const certain = error instanceof NotConnected;
  const reason = innermostCode(error);
  const what = certain ? 'no connection' : 'the connection broke before the whole answer had come';
  return new TrunklineError('portal_unreachable', reason === '' ? what : `${what}: ${reason}`, { certain });
}

/** Code of the innermost error: a connection that was tried at several addresses fails with all of theirs. */
function innermostCode(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return innermostCode(error.errors[0]);
  if (error instanceof NotConnected) return innermostCode(error.cause);
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
}

function flat(headers: IncomingHttpHeaders): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, (Array.isArray(value) ? value[0] : value) ?? '']),
  );
}
