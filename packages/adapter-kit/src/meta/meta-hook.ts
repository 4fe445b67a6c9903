import type { HookAnswer, RawCall } from '../connector.ts';
import { hmacHex, isSameSecret } from '../proof.ts';

/**
 * Is a call Meta's own: signed over its bytes by the app's secret, or, for the handshake, with the word that was given to it.
 * Pure.
 */
export function isMetaCall({ method, query, headers, body }: RawCall, appSecret: string, verifyToken: string): boolean {
  if (method === 'GET') {
    return query['hub.mode'] === 'subscribe' && isSameSecret(verifyToken, query['hub.verify_token']);
  }
  return isSameSecret(`sha256=${hmacHex('sha256', appSecret, body)}`, headers['x-hub-signature-256']);
}

/** A handshake is answered by its challenge, everything else by silence. Pure. */
export function metaAnswer({ method, query }: RawCall): HookAnswer {
  if (method !== 'GET') return { status: 200 };
  return { status: 200, contentType: 'text/plain', body: query['hub.challenge'] ?? '' };
}

/**
 * The word of the handshake: follows from the app's secret and what the hook is for, because the handshake comes in the middle
 * of connecting, before anything that connecting makes is kept. Pure.
 */
export function metaVerifyToken(appSecret: string, about: string): string {
  return hmacHex('sha256', appSecret, Buffer.from(`hook of ${about}`));
}

/** Shows the Graph API that the caller of a token knows its app's secret: the parameter `appsecret_proof`. Pure. */
export function appSecretProof(token: string, appSecret: string): string {
  return hmacHex('sha256', appSecret, Buffer.from(token));
}
