import { hmacHex } from '@trunkline/adapter-kit';

/** A line as its code names it. */
export interface NamedLine {
  readonly code: string;
  /** Id of the line: the last part of its address. */
  readonly line: string;
  /** The line's address; undefined where the bare code was given: a line of this installation. */
  readonly url: string | undefined;
  /** Start key that came with the address; empty: none. */
  readonly start: string;
}

/** Bytes of the code that nobody can guess. */
const proofBytes = 8;

/**
 * The code of a line: 32 characters that hold its id, so that it is found without a list, and a proof that only whoever was
 * given the code has. Another number gives another code. Pure. Throws RangeError for an id that is no UUID.
 */
export function codeOf(line: string, own: string, codeNumber: number): string {
  const id = Buffer.from(line.replaceAll('-', ''), 'hex');
  if (id.length !== 16) throw new RangeError('the id of a line is a UUID');
  const proof = hmacHex('sha256', own, Buffer.from(`code ${codeNumber}`)).slice(0, 2 * proofBytes);
  return Buffer.concat([id, Buffer.from(proof, 'hex')]).toString('base64url');
}

/** What a person pasted: a code, or the whole address of a line. Undefined for anything else. Pure. */
export function readCode(pasted: string): NamedLine | undefined {
  const text = pasted.trim();
  if (isCode(text)) return { code: text, line: lineOf(text), url: undefined, start: '' };
  const url = URL.parse(text);
  const code = url?.hash.slice(1) ?? '';
  if (url === null || !/^https?:$/.test(url.protocol) || !isCode(code)) return undefined;
  const start = url.searchParams.get('start') ?? '';
  const address = `${url.origin}${url.pathname}`;
  const line = lineOf(code);
  return url.pathname.endsWith(`/${line}`) ? { code, line, url: address, start } : undefined;
}

/** The address that is given away: what is behind "#" no server sees. Pure. */
export function shownAddress(url: string, code: string): string {
  return `${url}#${code}`;
}

function isCode(text: string): boolean {
  return /^[A-Za-z0-9_-]{32}$/.test(text);
}

function lineOf(code: string): string {
  const hex = Buffer.from(code, 'base64url').toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join('-');
}
