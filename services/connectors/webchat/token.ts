import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

/** What a session token proves. */
export interface Session {
  readonly channelId: string;
  readonly visitorId: string;
}

/** How long a session token opens sockets and uploads; a newer one comes with the resume token. */
export const tokenLifeMs = 5 * 60_000;

/** A session token: channel, visitor, end of life, and their HMAC under the channel's session key. Pure. */
export function writeToken({ channelId, visitorId }: Session, key: string, nowMs: number): string {
  const content = Buffer.from(`${channelId} ${visitorId} ${nowMs + tokenLifeMs}`).toString('base64url');
  return `${content}.${signature(content, key)}`;
}

/** Channel that a token claims to be of: its key proves it, or not. Pure. */
export function channelOfToken(token: string): string {
  return (
    Buffer.from(token.split('.')[0] ?? '', 'base64url')
      .toString()
      .split(' ')[0] ?? ''
  );
}

/** Reads a session token; undefined when it is forged or over. Constant in time. Pure. */
export function readToken(token: string, key: string, nowMs: number): Session | undefined {
  const [content = '', given = ''] = token.split('.');
  const [left, right] = [Buffer.from(given), Buffer.from(signature(content, key))];
  if (left.length !== right.length || !timingSafeEqual(left, right)) return undefined;
  const [channelId = '', visitorId = '', endsAtMs = '0'] = Buffer.from(content, 'base64url').toString().split(' ');
  return Number(endsAtMs) > nowMs ? { channelId, visitorId } : undefined;
}

function signature(content: string, key: string): string {
  return createHmac('sha256', key).update(`session ${content}`).digest('base64url');
}

/** A new visitor's id: 80 random bits. */
export function newVisitorId(): string {
  return `v_${randomBytes(10).toString('base64url')}`;
}

/** A new resume token: 256 random bits. Kept only as {@link hashOfResume}. */
export function newResume(): string {
  return `rt_${randomBytes(32).toString('base64url')}`;
}

/** How a resume token is kept. Pure. */
export function hashOfResume(resume: string): string {
  return createHash('sha256').update(resume).digest('hex');
}

/** True if a site's server signed the user's id with the channel's identity key: hex HMAC-SHA256. Constant in time. Pure. */
export function isIdentitySigned(userId: string, hmac: string, key: string): boolean {
  const expected = createHmac('sha256', key).update(userId).digest();
  const given = Buffer.from(hmac, 'hex');
  return given.length === expected.length && timingSafeEqual(given, expected);
}
