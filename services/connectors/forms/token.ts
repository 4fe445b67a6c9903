import { randomBytes } from 'node:crypto';
import { hmacHex, isSameSecret } from '@trunkline/adapter-kit';

/** Proves that we gave a form out, when, and to whom: a filled form is told from a call of a program by it. */
export interface FormToken {
  /** Of the form that is sent: one that comes twice with it is the same one. */
  readonly id: string;
  /** Before that no person can have filled it in. */
  readonly fromMs: number;
  readonly untilMs: number;
  /** How it was given out: to a script on a company's page, or with our own page, which needs no script. */
  readonly way: 'script' | 'page';
}

/** How long a form takes to fill in, at the very least. */
export const leastFillMs = 2_000;

/** How long a page may stay open. */
export const tokenLifeMs = 24 * 60 * 60_000;

/** A token for a form that is given out now. Random. */
export function newToken(way: FormToken['way'], fromMs: number): FormToken {
  return { id: randomBytes(12).toString('base64url'), fromMs, untilMs: fromMs + tokenLifeMs, way };
}

/** Writes it down under the channel's key. Pure. */
export function writeToken({ id, fromMs, untilMs, way }: FormToken, channelId: string, key: string): string {
  const content = Buffer.from([id, fromMs, untilMs, way].join(' ')).toString('base64url');
  return `${content}.${signature(content, channelId, key)}`;
}

/** Reads it; undefined when it is forged, or another channel's. Whether its time has come and is not over, the caller asks. Pure. */
export function readToken(token: string, channelId: string, key: string): FormToken | undefined {
  const [content = '', given] = token.split('.');
  if (!isSameSecret(signature(content, channelId, key), given)) return undefined;
  const [id = '', fromMs, untilMs, way] = Buffer.from(content, 'base64url').toString().split(' ');
  return { id, fromMs: Number(fromMs), untilMs: Number(untilMs), way: way === 'script' ? 'script' : 'page' };
}

function signature(content: string, channelId: string, key: string): string {
  return hmacHex('sha256', key, Buffer.from(`form ${channelId} ${content}`));
}
