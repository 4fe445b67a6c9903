import { createHash } from 'node:crypto';
import { sealEvent } from './jwe.ts';
import { deriveKeys } from './keys.ts';
import { sign } from './signature.ts';

/** Where and as whom a portal writes back. */
export interface ReplyOptions {
  /** Trunkline's public address, such as `https://trunkline.example`. */
  readonly baseUrl: string;
  readonly portalId: string;
  readonly licenceKey: string;
  /** Limit of one call. Default 15 s. */
  readonly timeoutMs?: number;
  /** For tests and proxies. Default: the global `fetch`. */
  readonly fetch?: typeof fetch;
}

/** What one message says, in the JSON form of the `Submit` request, without tenant and key. */
export type ReplyMessage = Readonly<Record<string, unknown>>;

/** What became of a message. */
export type ReplyResult =
  /** Stored; it will be sent. `isRepeat`: this key had been stored before, and nothing new was made. */
  | { readonly outcome: 'accepted'; readonly messageId: string; readonly isRepeat: boolean }
  /** Never by trying again: the message, the key or the portal must change. */
  | { readonly outcome: 'refused'; readonly status: number; readonly code: string; readonly sentence: string }
  /** Not known to be stored. Send the same message with the same key again after `afterMs`: it cannot be doubled. */
  | { readonly outcome: 'retry'; readonly afterMs: number; readonly reason: string };

/** Options of one message. */
export interface SendOptions {
  /** Chosen by the portal, 1–128 characters, the same at every try of the same message. */
  readonly idempotencyKey: string;
  /** The `traceparent` of the event that is answered: question and answer are then one trace. */
  readonly traceparent?: string | undefined;
  readonly signal?: AbortSignal;
}

/** A portal's way back. */
export interface Replier {
  /** Seals, signs and sends one message. What may go wrong comes as a value; throws only if `signal` aborts or an argument is wrong. */
  send(message: ReplyMessage, options: SendOptions): Promise<ReplyResult>;
}

const maxAnswerBytes = 64 * 1024;

function retry(afterMs: number, reason: string): ReplyResult {
  return { outcome: 'retry', afterMs, reason };
}

function textOf(fields: Record<string, unknown>, name: string): string {
  const value = fields[name];
  return typeof value === 'string' ? value : '';
}

function objectOf(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

async function jsonOf(response: Response): Promise<Record<string, unknown>> {
  let text = '';
  const decoder = new TextDecoder();
  for await (const chunk of response.body ?? []) {
    text += decoder.decode(chunk, { stream: true });
    if (text.length > maxAnswerBytes) return {};
  }
  try {
    return objectOf(JSON.parse(text));
  } catch {
    return {};
  }
}

function refusal(status: number, error: Record<string, unknown>): ReplyResult {
  return {
    outcome: 'refused',
    status,
    code: textOf(error, 'code') || `http_${status}`,
    sentence: textOf(error, 'message'),
  };
}

async function resultOf(response: Response): Promise<ReplyResult> {
  const body = await jsonOf(response);
  if (response.ok) {
    const first = objectOf(Array.isArray(body.messages) ? body.messages[0] : undefined);
    if (first.error !== undefined) return refusal(response.status, objectOf(first.error));
    const messageId = textOf(first, 'messageId');
    if (messageId === '') return retry(5_000, 'the answer names no message');
    return { outcome: 'accepted', messageId, isRepeat: first.isRepeat === true };
  }
  if (response.status === 429 || response.status === 408 || response.status >= 500) {
    const seconds = Number(response.headers.get('retry-after'));
    return retry(seconds > 0 ? Math.min(seconds, 3_600) * 1_000 : 5_000, `http_${response.status}`);
  }
  return refusal(response.status, body);
}

/** Makes a portal's way back. Throws `LicenceKeyError` at once if the key is mistyped. */
export function reply(options: ReplyOptions): Replier {
  const { portalId, timeoutMs = 15_000, fetch: call = fetch } = options;
  const keys = deriveKeys(options.licenceKey);
  const url = new URL(`/v1/portals/${encodeURIComponent(portalId)}/messages`, options.baseUrl);

  function requestOf(message: ReplyMessage, { idempotencyKey, traceparent }: SendOptions) {
    const event = {
      specversion: '1.0',
      id: idempotencyKey,
      source: `portal/${portalId}`,
      type: 'trunkline.message.submit.v1',
      time: new Date().toISOString(),
      datacontenttype: 'application/jose',
      data: sealEvent(keys, JSON.stringify(message)),
    };
    const body = JSON.stringify([event]);
    const id = `reply_${createHash('sha256').update(idempotencyKey).digest('hex').slice(0, 32)}`;
    const headers = { ...sign({ id, timestampSeconds: Math.floor(Date.now() / 1000), body }, [keys]) };
    const trace = traceparent ? { traceparent } : {};
    const type = { 'content-type': 'application/cloudevents-batch+json' };
    return { method: 'POST', body, headers: { ...headers, ...trace, ...type } };
  }

  async function send(message: ReplyMessage, options: SendOptions): Promise<ReplyResult> {
    const { idempotencyKey, signal } = options;
    if (idempotencyKey === '' || idempotencyKey.length > 128)
      throw new TypeError('idempotencyKey has 1 to 128 characters');
    const limit = AbortSignal.timeout(timeoutMs);
    try {
      return await resultOf(
        await call(url, {
          ...requestOf(message, options),
          redirect: 'error',
          signal: signal ? AbortSignal.any([signal, limit]) : limit,
        }),
      );
    } catch (cause) {
      if (signal?.aborted) throw cause;
      // Also when the answer broke off: the key makes a second try harmless.
      return retry(limit.aborted ? 1_000 : 5_000, limit.aborted ? 'timeout' : 'unreachable');
    }
  }

  return { send };
}
