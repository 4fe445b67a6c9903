import type { KeyObject } from 'node:crypto';
import { type ErrorCode, headers, type PortalEntry } from '@trunkline/contracts';
import {
  asTrunklineError,
  type OuterResponse,
  type PortalPorts,
  type PortalRequest,
  type PostResult,
  type Tracing,
  TrunklineError,
  timeLimit,
  type Verdict,
} from '@trunkline/runtime';
import { answerText } from './answer-text.ts';
import { isJson, type PortalAnswer, verdictOf } from './domain/answer.ts';
import { batchBody } from './domain/body.ts';
import { defaultTimeoutMs } from './domain/settings.ts';
import { signatureHeaders } from './domain/signature.ts';
import type { PortalHttpOf } from './portal-http.ts';
import type { SigningKeys } from './signing-keys.ts';

/** Largest body of an answer that is read. */
const answerBytes = 64 * 1024;
/** A body that says nothing is read so that the connection can be used again, but not for long. */
const idleBodyMs = 1_000;
/** All keys of the portal are revoked: how often it is asked whether there is one now. */
const noKeyRetryMs = 60_000;

/** What requests to portals need. */
export interface TransportOptions {
  readonly httpOf: PortalHttpOf;
  readonly portal: (portalId: string) => PortalEntry | undefined;
  readonly keys: SigningKeys;
  readonly tracing: Tracing;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** Makes the requests to portals: joins, signs, posts, and says what the answer means. What it returns never rejects. */
export function createTransport(options: TransportOptions): PortalPorts['post'] {
  return async (request, signal) => {
    const links = request.items.map(({ traceparent }) => traceparent).filter((text) => text !== '');
    const attributes = { 'messaging.batch.message_count': request.items.length, 'trunkline.attempt': request.attempt };
    return await options.tracing.span('deliver', { links, kind: 'client', attributes }, async (span) => {
      const { verdict, httpStatus } = await send(options, request, { signal, traceparent: span.traceparent });
      span.setAttributes({
        'http.response.status_code': httpStatus,
        'trunkline.outcome': verdict.kind === 'accepted' ? 'accepted' : verdict.code,
      });
      return { verdict, httpStatus, traceparent: span.traceparent ?? '' };
    });
  };
}

interface Way {
  readonly signal: AbortSignal;
  readonly traceparent: string | undefined;
}

type Sent = Pick<PostResult, 'verdict' | 'httpStatus'>;

async function send(options: TransportOptions, request: PortalRequest, way: Way): Promise<Sent> {
  const entry = options.portal(request.portalId);
  if (entry === undefined) return unsent('not_found', 'there is no such portal');
  const keys = await options.keys.of(entry.id).catch(asTrunklineError);
  if (keys instanceof TrunklineError) {
    if (keys.code === 'no_key') return unsent('no_key', keys.message, noKeyRetryMs);
    return unsent('unavailable', 'the keys to sign with cannot be had now');
  }
  if (keys.length === 0) return unsent('no_key', 'all licence keys of the portal are revoked', noKeyRetryMs);
  const timeoutMs = entry.settings?.timeoutMs || defaultTimeoutMs;
  const abandoned = new AbortController();
  using limit = timeLimit(timeoutMs, way.signal, abandoned.signal);
  try {
    const answered = await post(options, entry, { request, keys, way, timeoutMs, signal: limit.signal });
    const answer = await read(answered, () => abandoned.abort());
    if (answer.status === 401) options.keys.forget(entry.id);
    return { verdict: verdictOf(answer, request.items.length, options.now()), httpStatus: answer.status };
  } catch (error) {
    if (way.signal.aborted) return unsent('portal_timeout', 'the request took long and gave way to others');
    if (limit.signal.aborted) return unsent('portal_timeout', `no answer within ${timeoutMs / 1_000} s`);
    return unreachable(error);
  }
}

interface Call {
  readonly request: PortalRequest;
  readonly keys: readonly KeyObject[];
  readonly way: Way;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

async function post(options: TransportOptions, entry: PortalEntry, call: Call): Promise<OuterResponse> {
  const { items } = call.request;
  const body = batchBody(items);
  const [first, last] = [items[0]?.sequence ?? 0, items.at(-1)?.sequence ?? 0];
  const name = { portalId: entry.id, first, last, replay: call.request.replay };
  const { traceparent } = call.way;
  return await options.httpOf(entry.tenantId).call({
    url: entry.url,
    method: 'POST',
    headers: {
      'content-type': 'application/cloudevents-batch+json',
      'user-agent': 'Trunkline',
      ...signatureHeaders(name, body, call.keys, options.now()),
      ...(traceparent === undefined ? {} : { [headers.traceparent]: traceparent }),
    },
    body,
    timeoutMs: call.timeoutMs,
    maxBytes: answerBytes,
    signal: call.signal,
  });
}

/** Reads what matters of an answer. Only what a portal took is told by a body that must be waited for. */
async function read({ status, headers: given, stream }: OuterResponse, abandon: () => void): Promise<PortalAnswer> {
  const contentType = given['content-type'];
  const mustBeRead = status >= 200 && status < 300 && isJson(contentType);
  const body = mustBeRead ? await answerText(stream) : await textSoon(stream, abandon);
  return { status, contentType, retryAfter: given['retry-after'], body };
}

async function textSoon(stream: AsyncIterable<Uint8Array>, abandon: () => void): Promise<string | undefined> {
  const timer = setTimeout(abandon, idleBodyMs);
  try {
    return await answerText(stream);
  } catch {
    return undefined;
  } finally {
    clearTimeout(timer);
  }
}

function unreachable(error: unknown): Sent {
  const { code, message } = asTrunklineError(error);
  if (code === 'permission_denied') return unsent('portal_address_refused', "the portal's address is not a public one");
  return unsent('portal_unreachable', message);
}

function unsent(code: ErrorCode, text: string, retryAfterMs?: number): Sent {
  const verdict: Verdict = { kind: 'failed', code, text, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) };
  return { verdict, httpStatus: 0 };
}
