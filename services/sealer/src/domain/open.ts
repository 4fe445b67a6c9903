import { createDecipheriv, type KeyObject } from 'node:crypto';

/** Why a sealed text stays closed. */
export type NotOpened = 'malformed' | 'unsupported' | 'unknown_key' | 'tampered';

/** The opened bytes, or the reason. */
export type Opened =
  | { readonly opened: true; readonly kid: string; readonly plaintext: Buffer }
  | { readonly opened: false; readonly reason: NotOpened };

function closed(reason: NotOpened): Opened {
  return { opened: false, reason };
}

/** Decodes base64url and nothing else: Buffer passes over foreign characters, so the length tells. */
function bytesOf(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, 'base64url');
  return bytes.length === Math.floor((text.length * 3) / 4) && text.length % 4 !== 1 ? bytes : undefined;
}

function headerOf(text: string): Partial<Record<string, unknown>> | undefined {
  try {
    const parsed: unknown = JSON.parse(bytesOf(text)?.toString() ?? '');
    return typeof parsed === 'object' && parsed !== null ? { ...parsed } : undefined;
  } catch {
    return undefined;
  }
}

/** Opens a compact JWE (`dir`, `A256GCM`) with the key that its `kid` names. Every other algorithm is refused. Never throws. */
export function openSealed(token: string, keyOf: (kid: string) => KeyObject | undefined): Opened {
  const [headerText = '', encryptedKey, ivText = '', sealedText = '', tagText = '', ...rest] = token.split('.', 6);
  const [header, iv, sealed, tag] = [headerOf(headerText), bytesOf(ivText), bytesOf(sealedText), bytesOf(tagText)];
  if (!header || encryptedKey !== '' || rest.length > 0) return closed('malformed');
  if (header.alg !== 'dir' || header.enc !== 'A256GCM' || 'zip' in header || 'crit' in header)
    return closed('unsupported');
  if (typeof header.kid !== 'string' || iv?.length !== 12 || tag?.length !== 16 || !sealed) return closed('malformed');
  const key = keyOf(header.kid);
  if (!key) return closed('unknown_key');
  const decipher = createDecipheriv('aes-256-gcm', key, iv, { authTagLength: 16 }).setAuthTag(tag);
  const plaintext = decipher.setAAD(Buffer.from(headerText)).update(sealed);
  try {
    decipher.final();
  } catch {
    return closed('tampered');
  }
  return { opened: true, kid: header.kid, plaintext };
}
