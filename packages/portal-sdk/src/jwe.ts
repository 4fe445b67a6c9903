import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import type { PortalKeys } from './keys.ts';

/** Why a sealed text could not be opened: not a compact JWE · another algorithm · a key that we do not hold · changed on the way. */
export type OpenFailure = 'malformed' | 'unsupported' | 'unknown_key' | 'tampered';

/** Thrown by `openEvent`. Holds no content; `kid` is set for `unknown_key`. */
export class OpenError extends Error {
  override readonly name = 'OpenError';
  readonly code: OpenFailure;
  readonly kid: string | undefined;

  constructor(code: OpenFailure, message: string, kid?: string) {
    super(message);
    this.code = code;
    this.kid = kid;
  }
}

// header, empty key, 12 bytes of IV, ciphertext, 16 bytes of tag: all the variable sizes of `dir` + `A256GCM` are in the pattern.
const compact = /^([\w-]+)\.\.([\w-]{16})\.([\w-]*)\.([\w-]{22})$/;

function protectedHeader(kid: string): string {
  return Buffer.from(`{"alg":"dir","enc":"A256GCM","kid":"${kid}"}`).toString('base64url');
}

/** Seals bytes as a compact JWE (`dir`, `A256GCM`) under the given keys, with a fresh random IV. Pure but for randomness. */
export function sealEvent(keys: PortalKeys, plaintext: Uint8Array | string): string {
  const header = protectedHeader(keys.kid);
  const iv = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', keys.encryptionKey, iv);
  cipher.setAAD(Buffer.from(header));
  const sealed = Buffer.concat([cipher.update(plaintext), cipher.final()]);
  const parts = [iv, sealed, cipher.getAuthTag()].map((part) => part.toString('base64url'));
  return `${header}..${parts.join('.')}`;
}

function headerOf(text: string): Record<string, unknown> {
  try {
    const header: unknown = JSON.parse(Buffer.from(text, 'base64url').toString());
    if (typeof header === 'object' && header !== null && !Array.isArray(header)) return { ...header };
  } catch {
    // falls through: no JSON is as malformed as JSON of another shape
  }
  throw new OpenError('malformed', 'the JWE header is no JSON object');
}

function keysFor(keys: readonly PortalKeys[], headerText: string): PortalKeys {
  const { alg, enc, kid, zip, crit } = headerOf(headerText);
  if (alg !== 'dir' || enc !== 'A256GCM' || zip !== undefined || crit !== undefined) {
    throw new OpenError('unsupported', 'only dir with A256GCM is opened, without zip and crit');
  }
  if (typeof kid !== 'string' || kid.length > 64) throw new OpenError('malformed', 'the JWE header names no kid');
  const found = keys.find((candidate) => candidate.kid === kid);
  if (!found) throw new OpenError('unknown_key', 'no licence key given here belongs to this kid', kid);
  return found;
}

/** Opens a compact JWE with whichever of the keys its `kid` names. Returns the plaintext; throws `OpenError`. */
export function openEvent(keys: readonly PortalKeys[], token: string): Buffer {
  const [, header = '', iv = '', sealed = '', tag = ''] = compact.exec(token) ?? [];
  if (header === '') throw new OpenError('malformed', 'not a compact JWE of dir and A256GCM');
  const decipher = createDecipheriv('aes-256-gcm', keysFor(keys, header).encryptionKey, Buffer.from(iv, 'base64url'), {
    authTagLength: 16,
  });
  decipher.setAAD(Buffer.from(header));
  decipher.setAuthTag(Buffer.from(tag, 'base64url'));
  const plaintext = decipher.update(Buffer.from(sealed, 'base64url'));
  try {
    decipher.final();
  } catch (cause) {
    throw Object.assign(new OpenError('tampered', 'the sealed bytes were changed or belong to another key'), { cause });
  }
  return plaintext;
}
