import { createCipheriv, randomFillSync } from 'node:crypto';
import type { DerivedKeys } from './derive.ts';

/** Seals one plaintext as a compact JWE. */
export type Seal = (plaintext: Uint8Array) => string;

const ivBytes = 12;
// One call to the system's generator for many IVs: it costs more than the bytes.
const ivsAtOnce = 256;

/** Each IV is valid until the next one is asked for. */
function ivSource(): () => Buffer {
  const pool = Buffer.allocUnsafe(ivBytes * ivsAtOnce);
  let used = pool.length;
  return () => {
    if (used === pool.length) {
      randomFillSync(pool);
      used = 0;
    }
    used += ivBytes;
    return pool.subarray(used - ivBytes, used);
  };
}

/**
 * Makes the seal of one key: compact JWE, `dir`, `A256GCM`. The protected header is the same for every event of a key, so it
 * is encoded once. A random IV of 96 bits is good for 2^32 events under one key: a thousand a second for seven weeks.
 */
export function createSeal({ kid, encryptionKey }: Pick<DerivedKeys, 'kid' | 'encryptionKey'>): Seal {
  const header = Buffer.from(`{"alg":"dir","enc":"A256GCM","kid":"${kid}"}`).toString('base64url');
  const authenticated = Buffer.from(header);
  const nextIv = ivSource();
  return (plaintext) => {
    const iv = nextIv();
    const cipher = createCipheriv('aes-256-gcm', encryptionKey, iv).setAAD(authenticated);
    // GCM is a stream: `final` has no bytes of its own, it only makes the tag.
    const sealed = cipher.update(plaintext);
    cipher.final();
    const tag = cipher.getAuthTag().toString('base64url');
    return `${header}..${iv.toString('base64url')}.${sealed.toString('base64url')}.${tag}`;
  };
}
