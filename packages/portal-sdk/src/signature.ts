import { createHmac, timingSafeEqual } from 'node:crypto';
import type { PortalKeys } from './keys.ts';

/** Request headers as node:http, fastify or express give them; the case of names does not matter. */
export type Headers = Readonly<Record<string, string | readonly string[] | undefined>>;

/** The three headers of Standard Webhooks. */
export interface SignatureHeaders {
  'webhook-id': string;
  'webhook-timestamp': string;
  'webhook-signature': string;
}

/** What is signed: the id must not hold a full stop, the timestamp is in whole seconds, the body is the exact bytes. */
export interface Signable {
  readonly id: string;
  readonly timestampSeconds: number;
  readonly body: Uint8Array | string;
}

/** The verdict of `verify`; a refusal says which check failed, and is fit to be shown to the sender. */
export type Verdict =
  | { readonly valid: true; readonly id: string }
  | { readonly valid: false; readonly reason: 'missing_headers' | 'bad_timestamp' | 'old_timestamp' | 'bad_signature' };

// A header of a megabyte must not become a megabyte of comparisons.
const maxSignatures = 8;

function signatureOf(signed: Signable, keys: PortalKeys): string {
  const mac = createHmac('sha256', keys.signingKey);
  return `v1,${mac.update(`${signed.id}.${signed.timestampSeconds}.`).update(signed.body).digest('base64')}`;
}

/** Signs a request after Standard Webhooks: one signature for each of the keys, separated by spaces. */
export function sign(signed: Signable, keys: readonly PortalKeys[]): SignatureHeaders {
  return {
    'webhook-id': signed.id,
    'webhook-timestamp': String(signed.timestampSeconds),
    'webhook-signature': keys.map((one) => signatureOf(signed, one)).join(' '),
  };
}

function headerOf(headers: Headers, name: string): string | undefined {
  const value = headers[name] ?? Object.entries(headers).find(([key]) => key.toLowerCase() === name)?.[1];
  return typeof value === 'string' ? value : value?.join(' ');
}

function sameText(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}

/** A received request and the moment at which it is judged. */
export interface SignedRequest {
  readonly headers: Headers;
  readonly body: Uint8Array | string;
  readonly nowMs: number;
  /** How far the timestamp may lie from `nowMs`, either way. */
  readonly toleranceMs: number;
}

/** Verifies a request after Standard Webhooks: valid if any signature fits any of the keys. Constant in time; never throws. */
export function verify(request: SignedRequest, keys: readonly PortalKeys[]): Verdict {
  const id = headerOf(request.headers, 'webhook-id');
  const timestamp = headerOf(request.headers, 'webhook-timestamp');
  const given = headerOf(request.headers, 'webhook-signature');
  if (!id || !timestamp || !given) return { valid: false, reason: 'missing_headers' };
  if (!/^\d{1,12}$/.test(timestamp)) return { valid: false, reason: 'bad_timestamp' };
  const timestampSeconds = Number(timestamp);
  if (Math.abs(request.nowMs - timestampSeconds * 1000) > request.toleranceMs) {
    return { valid: false, reason: 'old_timestamp' };
  }
  const expected = keys.map((one) => signatureOf({ id, timestampSeconds, body: request.body }, one));
  const found = given.split(' ', maxSignatures).some((text) => expected.some((wanted) => sameText(text, wanted)));
  return found ? { valid: true, id } : { valid: false, reason: 'bad_signature' };
}
