import { badRequest } from './api-failure.ts';
import type { Entity } from './types.ts';

const types: Readonly<Record<string, string>> = {
  b: 'bold',
  strong: 'bold',
  i: 'italic',
  em: 'italic',
  u: 'underline',
  ins: 'underline',
  s: 'strikethrough',
  strike: 'strikethrough',
  del: 'strikethrough',
  code: 'code',
  pre: 'pre',
  a: 'text_link',
  blockquote: 'blockquote',
  'tg-spoiler': 'spoiler',
};
const named: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"' };

interface OpenTag {
  readonly name: string;
  readonly attributes: string;
  readonly offset: number;
}

/** Reads the platform's HTML into text and entities, as strictly as the platform does. */
export function readHtml(html: string): { text: string; entities: Entity[] } {
  let text = '';
  const entities: Entity[] = [];
  const open: OpenTag[] = [];
  for (const [piece, , slash, name = '', attributes = ''] of html.matchAll(
    /(<(\/?)([a-z-]*)([^<>]*)>)|&[#\w]+;|[^<&]+|[<&]/gi,
  )) {
    if (piece === '<') throw cannot(`Unsupported start tag "" at byte offset ${Buffer.byteLength(text)}`);
    if (!piece.startsWith('<')) text += piece.startsWith('&') ? characterOf(piece) : piece;
    else if (slash === '/') close(name.toLowerCase());
    else start(name.toLowerCase(), attributes);
  }
  const last = open.at(-1);
  if (last !== undefined) throw cannot(`Can't find end tag corresponding to start tag "${last.name}"`);
  return { text, entities: entities.toSorted((one, other) => one.offset - other.offset || other.length - one.length) };

  function start(name: string, attributes: string): void {
    if (types[name] === undefined) throw cannot(`Unsupported start tag "${name}" at byte offset ${text.length}`);
    open.push({ name, attributes, offset: text.length });
  }

  function close(name: string): void {
    const tag = open.pop();
    if (tag === undefined) throw cannot(`Unexpected end tag at byte offset ${text.length}`);
    if (tag.name !== name) throw cannot(`Unmatched end tag, expected "</${tag.name}>", found "</${name}>"`);
    const length = text.length - tag.offset;
    if (length > 0) addEntity(tag, length);
  }

  function addEntity({ name, attributes, offset }: OpenTag, length: number): void {
    const type = types[name] ?? '';
    const language = /class="language-([^"]*)"/.exec(attributes)?.[1];
    const isInPre = name === 'code' && language !== undefined && open.at(-1)?.name === 'pre';
    if (isInPre) entities.push({ type: 'pre', offset, length, language: decode(language) });
    else if (name === 'pre' && hasLanguage(offset, length)) return;
    else if (name === 'a') entities.push(linkOf(attributes, offset, length));
    else entities.push({ type, offset, length });
  }

  function hasLanguage(offset: number, length: number): boolean {
    return entities.some((one) => one.language !== undefined && one.offset === offset && one.length === length);
  }
}

function linkOf(attributes: string, offset: number, length: number): Entity {
  const url = decode(/href="([^"]*)"/.exec(attributes)?.[1] ?? '');
  const userId = /^tg:\/\/user\?id=(\d+)$/.exec(url)?.[1];
  if (userId !== undefined) return { type: 'text_mention', offset, length, user: { id: Number(userId) } };
  return { type: 'text_link', offset, length, url };
}

function decode(text: string): string {
  return text.replaceAll(/&[#\w]+;/g, characterOf);
}

function characterOf(reference: string): string {
  const name = reference.slice(1, -1);
  if (named[name] !== undefined) return named[name];
  const code = /^#x[\da-f]+$/i.test(name) ? Number.parseInt(name.slice(2), 16) : Number(name.slice(1));
  return name.startsWith('#') && code > 0 && code <= 0x10_ffff ? String.fromCodePoint(code) : reference;
}

function cannot(words: string): Error {
  return badRequest(`can't parse entities: ${words}`);
}
