import { createHmac, timingSafeEqual } from 'node:crypto';
import type { DoubleRequest, Reaction } from './http-double.ts';

/** What three messengers of one owner (WhatsApp, Messenger, Instagram) share: the Graph API's errors, proofs and handshake. */

/** A refusal of the Graph API. Thrown by whatever a call does, answered by `graphRefusal`. */
export class GraphError extends Error {
  override readonly name = 'GraphError';
  readonly code: number;
  readonly subcode: number | undefined;
  readonly status: number;
  readonly data: object | undefined;

  constructor(code: number, message: string, more: { subcode?: number; status?: number; data?: object } = {}) {
    super(`(#${code}) ${message}`);
    this.code = code;
    this.subcode = more.subcode;
    this.status = more.status ?? usualStatus(code);
    this.data = more.data;
  }
}

/** Writes a refusal in the Graph API's form; throws again what is none. */
export function graphRefusal(error: unknown): Exclude<Reaction, string> {
  if (!(error instanceof GraphError)) throw error;
  const { message, code, subcode, data, status } = error;
  const details = {
    ...(subcode === undefined ? {} : { error_subcode: subcode }),
    ...(data === undefined ? {} : { error_data: data }),
  };
  const body = { error: { message, type: 'OAuthException', code, ...details, fbtrace_id: 'AbCdEfGhIjK' } };
  return { status, headers: { 'content-type': 'application/json; charset=UTF-8' }, body };
}

function usualStatus(code: number): number {
  if (code === 190 || code === 102) return 401;
  if (code === 10 || (code >= 200 && code < 300)) return 403;
  return code === 1 || code === 2 ? 500 : 400;
}

/** The token of a call: its header's, else its address's or body's. */
export function graphTokenOf({ headers, url }: DoubleRequest, fields: Readonly<Record<string, unknown>>): string {
  const bearer = /^(?:Bearer|OAuth) (.+)$/.exec(headers.authorization ?? '')?.[1];
  return bearer ?? url.searchParams.get('access_token') ?? String(fields.access_token ?? '');
}

/** Checks an `appsecret_proof` that came with a token; one that is wrong is refused, one that is missing only if it must be. */
export function checkAppSecretProof(proof: unknown, token: string, { secret, isRequired = false }: ProofRule): void {
  if (proof === undefined && !isRequired) return;
  const right = createHmac('sha256', secret).update(token).digest('hex');
  if (typeof proof === 'string' && isSame(proof, right)) return;
  const words =
    proof === undefined
      ? 'API calls from the server require an appsecret_proof argument'
      : 'Invalid appsecret_proof provided in the API argument';
  throw new GraphError(100, words);
}

/** What an `appsecret_proof` is checked by. */
export interface ProofRule {
  readonly secret: string;
  readonly isRequired?: boolean;
}

function isSame(one: string, other: string): boolean {
  return one.length === other.length && timingSafeEqual(Buffer.from(one), Buffer.from(other));
}

/** The body of a hook call as Meta writes it: what is not ASCII and every slash escaped. Pure. */
export function toGraphJson(value: unknown): string {
  const escaped = (unit: string) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
  return JSON.stringify(value)
    .replace(/[\u007f-\uffff]/g, escaped)
    .replaceAll('/', '\\/');
}

/** The proof of a hook call over the very bytes; a wrong one, or none, where that is wanted. */
export function graphSignature(
  body: string,
  secret: string,
  proof: 'genuine' | 'wrong' | 'none',
): Record<string, string> {
  if (proof === 'none') return {};
  const key = proof === 'wrong' ? `${secret}-of-somebody-else` : secret;
  const sign = (hash: string) => createHmac(hash, key).update(body).digest('hex');
  return { 'x-hub-signature-256': `sha256=${sign('sha256')}`, 'x-hub-signature': `sha1=${sign('sha1')}` };
}

const handshakeLimitMs = 5_000;

/** Asks a hook whether it is ours, as Meta does before it calls one. Throws a GraphError when it does not say the challenge. */
export async function graphHandshake(hookUrl: string, verifyToken: string): Promise<void> {
  const challenge = String(1_000_000_000 + Math.floor(Math.random() * 1e9));
  const url = new URL(hookUrl);
  url.searchParams.set('hub.mode', 'subscribe');
  url.searchParams.set('hub.challenge', challenge);
  url.searchParams.set('hub.verify_token', verifyToken);
  const said = await fetch(url, { redirect: 'manual', signal: AbortSignal.timeout(handshakeLimitMs) }).then(
    async (response) => (response.status === 200 ? await response.text() : `HTTP ${response.status}`),
    (error: unknown) => (error instanceof Error ? error.message : 'no connection'),
  );
  if (said === challenge) return;
  throw new GraphError(2200, `Callback verification failed with the following errors: ${said.slice(0, 100)}`);
}
