import { createHash, randomBytes } from 'node:crypto';

// Primitives of the portal protocol stand here and, written apart, in packages/portal-sdk: the tests check one against the other.

const prefix = 'tlk_';
const secretBytes = 32;

function checksumOf(secret: Uint8Array): Buffer {
  return createHash('sha256').update(secret).digest().subarray(0, 4);
}

/** Writes a portal's secret as a licence key: `tlk_` and base64url of the secret and a checksum of 4 bytes. */
export function formatLicenceKey(secret: Uint8Array): string {
  if (secret.length !== secretBytes) throw new RangeError('the secret of a licence key has 32 bytes');
  return prefix + Buffer.concat([secret, checksumOf(secret)]).toString('base64url');
}

/** Makes a new licence key. */
export function makeLicenceKey(): string {
  return formatLicenceKey(randomBytes(secretBytes));
}

/** Reads a licence key back into its secret; nothing if it is mistyped. */
export function parseLicenceKey(text: string): Uint8Array | undefined {
  if (!text.startsWith(prefix)) return undefined;
  const secret = Buffer.from(text.slice(prefix.length), 'base64url').subarray(0, secretBytes);
  // Writing it again compares length, alphabet and checksum at once.
  return secret.length === secretBytes && formatLicenceKey(secret) === text ? secret : undefined;
}

/** What may be shown of a licence key: its last four characters, which belong to the checksum. */
export function maskLicenceKey(text: string): string {
  return `${prefix}…${text.slice(-4)}`;
}
