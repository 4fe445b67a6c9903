import { createHmac, hash, randomBytes, timingSafeEqual } from 'node:crypto';

/** Compares a secret with what a caller sent, in a time that tells nothing of where they differ. Pure. */
export function isSameSecret(expected: string, given: string | undefined): boolean {
  if (given === undefined || expected === '') return false;
  return timingSafeEqual(digest(expected), digest(given));
}

/** HMAC of bytes, in hex. Compare it by {@link isSameSecret}. Pure. */
export function hmacHex(algorithm: 'sha1' | 'sha256', secret: string, bytes: Uint8Array): string {
  return createHmac(algorithm, secret).update(bytes).digest('hex');
}

/** A new secret for a hook: 43 characters of A–Z, a–z, 0–9, "_" and "-". Random: for `connect` only, never for `parse`. */
export function newSecret(): string {
  return randomBytes(32).toString('base64url');
}

/** Equal lengths, whatever was given. */
function digest(text: string): Buffer {
  return hash('sha256', text, 'buffer');
}
