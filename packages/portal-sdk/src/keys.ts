import { createHash, createSecretKey, hkdfSync, type KeyObject } from 'node:crypto';

/** What a licence key gives: one key for sealing, one for signing, and the public name of the pair. Printing it shows no secret. */
export interface PortalKeys {
  /** 16 hex characters, derived like the keys themselves and revealing nothing of them. Stands in every JWE header. */
  readonly kid: string;
  /** 32 bytes for AES-256-GCM. */
  readonly encryptionKey: KeyObject;
  /** 32 bytes for HMAC-SHA256. */
  readonly signingKey: KeyObject;
}

/** Thrown by `deriveKeys` when the text is no licence key: wrong prefix, wrong length or a mistyped character. Never holds the text. */
export class LicenceKeyError extends Error {
  override readonly name = 'LicenceKeyError';
}

const form = /^tlk_[\w-]{48}$/;
const salt = 'trunkline.portal.v1';

function secretOf(licenceKey: string): Buffer {
  // In plain JavaScript an unset environment variable arrives as undefined: that is a missing key, not a crash.
  const text = String(licenceKey ?? '').trim();
  if (!form.test(text)) throw new LicenceKeyError('a licence key is tlk_ and 48 letters, digits, - or _');
  const bytes = Buffer.from(text.slice(4), 'base64url');
  const secret = bytes.subarray(0, 32);
  const checksum = createHash('sha256').update(secret).digest().subarray(0, 4);
  if (!checksum.equals(bytes.subarray(32)))
    throw new LicenceKeyError('the licence key is mistyped: its checksum differs');
  return secret;
}

/** Derives a portal's keys from its licence key by HKDF-SHA256. Pure, about 50 µs: call once at start. Throws `LicenceKeyError`. */
export function deriveKeys(licenceKey: string): PortalKeys {
  const secret = secretOf(licenceKey);
  const derive = (info: string, sizeBytes: number) => Buffer.from(hkdfSync('sha256', secret, salt, info, sizeBytes));
  return {
    kid: derive('kid', 8).toString('hex'),
    encryptionKey: createSecretKey(derive('encryption', 32)),
    signingKey: createSecretKey(derive('signing', 32)),
  };
}

/** The signing key as a Standard Webhooks secret (`whsec_…`), for that standard's own libraries. A secret: do not log it. */
export function signingSecret(keys: PortalKeys): string {
  return `whsec_${keys.signingKey.export().toString('base64')}`;
}
