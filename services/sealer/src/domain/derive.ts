import { createSecretKey, hkdfSync, type KeyObject } from 'node:crypto';

/** What is derived from a licence key's secret. */
export interface DerivedKeys {
  /** Public name of the pair, 16 hex characters. */
  readonly kid: string;
  /** For AES-256-GCM. Never leaves this service. */
  readonly encryptionKey: KeyObject;
  /** For HMAC-SHA256, 32 bytes; delivery is given it for 10 minutes at a time. */
  readonly signingKey: Uint8Array;
}

const salt = 'trunkline.portal.v1';

/** Derives the keys of one licence key by HKDF-SHA256. The kid comes from the same source, so it tells nothing of the keys. */
export function deriveKeys(secret: Uint8Array): DerivedKeys {
  const derive = (info: 'kid' | 'encryption' | 'signing', sizeBytes: number) =>
    Buffer.from(hkdfSync('sha256', secret, salt, info, sizeBytes));
  return {
    kid: derive('kid', 8).toString('hex'),
    encryptionKey: createSecretKey(derive('encryption', 32)),
    signingKey: derive('signing', 32),
  };
}
