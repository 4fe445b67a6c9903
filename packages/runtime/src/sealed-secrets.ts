import { createCipheriv, createDecipheriv, createSecretKey, hkdfSync, type KeyObject, randomBytes } from 'node:crypto';
import { z } from 'zod';
import { TrunklineError } from './errors.ts';

/** Secrets of one channel by name, in clear. Never logged. */
export type SecretValues = Readonly<Record<string, string>>;

const cipherName = 'aes-256-gcm';
const header = Buffer.from('{"alg":"dir","enc":"A256GCM"}').toString('base64url');
const ivBytes = 12;
const tagBytes = 16;

/** The setting SECRETS_KEY: 32 bytes as base64url, the key that a channel's secrets are sealed under for one connector. */
export function secretsKeySetting(): z.ZodType<KeyObject, string> {
  return z
    .string()
    .transform((text, context) => {
      const key = secretsKey(text);
      if (key !== undefined) return key;
      context.addIssue({ code: 'custom', message: 'it has to be 32 bytes as base64url' });
      return z.NEVER;
    })
    .meta({ isSecret: true });
}

/** A key from its 32 bytes as base64url; undefined when it is something else. Pure. */
export function secretsKey(text: string): KeyObject | undefined {
  const bytes = Buffer.from(text, 'base64url');
  return bytes.length === 32 && /^[\w-]{43}$/.test(text) ? createSecretKey(bytes) : undefined;
}

/**
 * The key of one connector, derived from the directory's master key by HKDF-SHA256: the directory seals to every connector,
 * a connector opens only its own. Called by the directory and by whoever hands each connector its SECRETS_KEY. Pure.
 */
export function connectorKey(master: KeyObject, connector: string): KeyObject {
  return createSecretKey(Buffer.from(hkdfSync('sha256', master, 'trunkline.connector', connector, 32)));
}

/**
 * Seals a channel's secrets to the connector that uses them: compact JWE (`dir`, `A256GCM`) of a JSON object. Called by the
 * directory when secrets change; never the same text twice.
 */
export function sealSecrets(key: KeyObject, secrets: SecretValues): string {
  const iv = randomBytes(ivBytes);
  const cipher = createCipheriv(cipherName, key, iv).setAAD(Buffer.from(header));
  const sealed = Buffer.concat([cipher.update(JSON.stringify(secrets)), cipher.final()]);
  return [header, '', ...[iv, sealed, cipher.getAuthTag()].map((part) => part.toString('base64url'))].join('.');
}

/**
 * Opens what {@link sealSecrets} made; an empty text holds no secrets. Throws TrunklineError 'internal', without anything
 * of the content, when it was sealed under another key or changed. Called by a connector when it loads a channel. Pure.
 */
export function openSecrets(key: KeyObject, sealed: string): SecretValues {
  if (sealed === '') return {};
  const [givenHeader, encryptedKey, ...parts] = sealed.split('.');
  const [iv, content, tag] = parts.map((part) => Buffer.from(part, 'base64url'));
  const isOurs = givenHeader === header && encryptedKey === '' && parts.length === 3;
  if (!isOurs || iv?.length !== ivBytes || tag?.length !== tagBytes || content === undefined) throw notOpened();
  try {
    const decipher = createDecipheriv(cipherName, key, iv, { authTagLength: tagBytes }).setAuthTag(tag);
    const clear = Buffer.concat([decipher.setAAD(Buffer.from(header)).update(content), decipher.final()]);
    return z.record(z.string(), z.string()).parse(JSON.parse(clear.toString()));
  } catch {
    throw notOpened(); // The cause may hold a part of the content.
  }
}

function notOpened(): TrunklineError {
  return new TrunklineError('internal', 'the secrets of a channel cannot be opened with SECRETS_KEY');
}
