import { createCipheriv, createDecipheriv, createSecretKey, hkdfSync, type KeyObject, randomBytes } from 'node:crypto';

const cipherName = 'aes-256-gcm';
const nonceBytes = 12;
const tagBytes = 16;

/** Makes the content key of a contact. The same parts always give the same key; without the salt nobody can make it. Pure. */
export function contentKey(master: KeyObject, tenantId: string, salt: Uint8Array): KeyObject {
  const tenantKey = Buffer.from(hkdfSync('sha256', master, 'trunkline.audit.tenant', tenantId, 32));
  return createSecretKey(Buffer.from(hkdfSync('sha256', tenantKey, salt, 'trunkline.audit.content', 32)));
}

/** Encrypts content: 12 bytes nonce, ciphertext, 16 bytes tag. It opens only together with its entry's id. */
export function sealContent(key: KeyObject, id: string, clear: Uint8Array): Buffer {
  const nonce = randomBytes(nonceBytes);
  const cipher = createCipheriv(cipherName, key, nonce, { authTagLength: tagBytes }).setAAD(Buffer.from(id));
  return Buffer.concat([nonce, cipher.update(clear), cipher.final(), cipher.getAuthTag()]);
}

/** Opens what {@link sealContent} made; undefined when the key or the entry is another one. Pure. */
export function openContent(key: KeyObject, id: string, sealed: Uint8Array): Buffer | undefined {
  if (sealed.length < nonceBytes + tagBytes) return undefined;
  const nonce = sealed.subarray(0, nonceBytes);
  const decipher = createDecipheriv(cipherName, key, nonce, { authTagLength: tagBytes }).setAAD(Buffer.from(id));
  decipher.setAuthTag(sealed.subarray(-tagBytes));
  try {
    return Buffer.concat([decipher.update(sealed.subarray(nonceBytes, -tagBytes)), decipher.final()]);
  } catch {
    return undefined;
  }
}
