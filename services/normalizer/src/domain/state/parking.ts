import { createCipheriv, createDecipheriv, hkdfSync } from 'node:crypto';

const algorithm = 'aes-256-gcm';
const tagBytes = 16;
/** Each item has a key of its own, made from its id, so that one fixed nonce is never used twice under a key. */
const nonce = Buffer.alloc(12);

/** Encrypts a parked item. Pure: the same item under the same id gives the same bytes, so a decision can be repeated. */
export function sealParked(parkingKey: Uint8Array, parkedId: string, item: Uint8Array): Uint8Array {
  const cipher = createCipheriv(algorithm, keyOf(parkingKey, parkedId), nonce);
  return Buffer.concat([cipher.update(item), cipher.final(), cipher.getAuthTag()]);
}

/** Opens what {@link sealParked} made. Throws when the key, the id or the bytes are others. Pure. */
export function openParked(parkingKey: Uint8Array, parkedId: string, sealed: Uint8Array): Uint8Array {
  const end = sealed.byteLength - tagBytes;
  const decipher = createDecipheriv(algorithm, keyOf(parkingKey, parkedId), nonce);
  decipher.setAuthTag(sealed.subarray(end));
  return Buffer.concat([decipher.update(sealed.subarray(0, end)), decipher.final()]);
}

function keyOf(parkingKey: Uint8Array, parkedId: string): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', parkingKey, parkedId, 'trunkline parking v1', 32));
}
