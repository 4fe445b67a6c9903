import { createHmac, timingSafeEqual } from 'node:crypto';

/** What a link allows: one file, until an instant. */
export interface FileLink {
  readonly key: string;
  /** Milliseconds since 1970. */
  readonly expiresAtMs: number;
}

/** Why a link is not followed; undefined: it is good. */
export type LinkProblem = 'forged' | 'expired';

const linkPath = '/files/';

/**
 * The path and query of a link that only we can make: `/files/<key>?expires=<seconds>&signature=<text>`. Given to portals
 * and to platforms that fetch a file themselves. Pure.
 */
export function signFileUrl({ key, expiresAtMs }: FileLink, secret: string): string {
  const expires = String(Math.floor(expiresAtMs / 1_000));
  const query = new URLSearchParams({ expires, signature: signatureOf(key, expires, secret).toString('base64url') });
  return `${linkPath}${encodeURIComponent(key)}?${query}`;
}

/** Checks what came back of {@link signFileUrl}, in constant time. `key` is decoded. Pure. */
export function verifyFileUrl(
  { key, expires, signature }: { readonly key: string; readonly expires: string; readonly signature: string },
  secret: string,
  nowMs: number,
): LinkProblem | undefined {
  const given = Buffer.from(signature, 'base64url');
  const wanted = signatureOf(key, expires, secret);
  if (given.length !== wanted.length || !timingSafeEqual(given, wanted)) return 'forged';
  return Number(expires) * 1_000 < nowMs ? 'expired' : undefined;
}

/** What an address of a file turns out to be: a good link of ours, one that is not good (any more), or somebody else's. */
export type FileAddress = { readonly kind: 'ours'; readonly key: string } | { readonly kind: LinkProblem | 'foreign' };

/** Tells whose file an address leads to. `publicUrl` is where our links begin. Throws for what is no address. Pure. */
export function readFileAddress(
  address: string,
  { publicUrl, secret }: { readonly publicUrl: string; readonly secret: string },
  nowMs: number,
): FileAddress {
  const { origin, pathname, searchParams } = new URL(address);
  if (origin !== new URL(publicUrl).origin || !pathname.startsWith(linkPath)) return { kind: 'foreign' };
  const key = decodedKey(pathname.slice(linkPath.length));
  const [expires = '', signature = ''] = ['expires', 'signature'].map((name) => searchParams.get(name) ?? '');
  const problem = verifyFileUrl({ key, expires, signature }, secret, nowMs);
  return problem === undefined ? { kind: 'ours', key } : { kind: problem };
}

/** What cannot be decoded was never encoded by us. */
function decodedKey(encoded: string): string {
  try {
    return decodeURIComponent(encoded);
  } catch {
    return '';
  }
}

/** Lengths stand before the parts, so that no two links have the same text. */
function signatureOf(key: string, expires: string, secret: string): Buffer {
  return createHmac('sha256', secret).update(`file ${key.length}:${key} ${expires}`).digest();
}
