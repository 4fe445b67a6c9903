import type { LengthUnit, Text } from '@trunkline/contracts';
import { textLength } from './length.ts';
import { sliceText } from './slice.ts';

/** How long a part may be. */
export interface LengthLimit {
  /** 0: no limit. */
  readonly max: number;
  readonly unit: LengthUnit;
}

/**
 * Splits a marked-up text into parts within a limit: between paragraphs, else lines, else sentences, else words, else
 * between characters as people see them (a family emoji stays whole where it fits). White space at a border is dropped,
 * nothing else is. Never cuts a surrogate pair. One empty part for an empty text. Pure.
 */
export function splitText(text: Text, limit: LengthLimit): Text[] {
  if (limit.max <= 0 || textLength(text.plain, limit.unit) <= limit.max) return [text];
  const parts: Text[] = [];
  let from = skipSpace(text.plain, 0);
  while (from < text.plain.length) {
    const end = from + longestFit(text.plain, from, limit);
    const cut = end >= text.plain.length ? end : from + bestBorder(text.plain.slice(from, end), text.plain.slice(end));
    const part = sliceText(text, from, trimEnd(text.plain, from, cut));
    if (part.plain !== '') parts.push(part);
    from = skipSpace(text.plain, cut);
  }
  return parts.length === 0 ? [sliceText(text, 0, 0)] : parts;
}

const graphemes = new Intl.Segmenter('und', { granularity: 'grapheme' });
const words = new Intl.Segmenter('und', { granularity: 'word' });

/** Widest window that can hold the longest fit: a character that people see has rarely more units than this. */
const slack = 256;

/** UTF-16 units from `from` that fit, ending between visible characters; at least one code point. */
function longestFit(plain: string, from: number, { max, unit }: LengthLimit): number {
  const window = plain.slice(from, from + max * 2 + slack);
  let used = 0;
  let units = 0;
  for (const { segment } of graphemes.segment(window)) {
    const length = textLength(segment, unit);
    if (used + length > max) break;
    used += length;
    units += segment.length;
  }
  return units > 0 ? units : fitCodePoints(window, max, unit);
}

/** For one visible character that alone is over the limit: as many of its code points as fit. */
function fitCodePoints(window: string, max: number, unit: LengthUnit): number {
  let used = 0;
  let units = 0;
  for (const codePoint of window) {
    const length = textLength(codePoint, unit);
    if (units > 0 && used + length > max) break;
    used += length;
    units += codePoint.length;
  }
  return units;
}

/** Borders from the best to the worst; each names where a cut may be, after the match. */
const borders: readonly RegExp[] = [/\n\s*\n/g, /\n/g, /[.!?…。！？]["'»”)]*\s/g];

/** Where to cut a piece that fits, seeing what follows it. A border in its first third is too early. */
function bestBorder(piece: string, rest: string): number {
  const earliest = piece.length / 3;
  for (const border of borders) {
    const last = [...piece.matchAll(border)].at(-1);
    const cut = last === undefined ? 0 : last.index + last[0].length;
    if (cut > earliest) return cut;
  }
  if (/^\s/.test(rest)) return piece.length;
  const lastWord = [...words.segment(piece + rest.slice(0, slack))].findLast(({ index }) => index <= piece.length);
  const cut = lastWord?.index ?? 0;
  return cut > earliest && cut <= piece.length ? cut : piece.length;
}

function skipSpace(plain: string, from: number): number {
  let at = from;
  while (at < plain.length && isSpace(plain, at)) at += 1;
  return at;
}

function trimEnd(plain: string, from: number, to: number): number {
  let end = to;
  while (end > from && isSpace(plain, end - 1)) end -= 1;
  return end;
}

function isSpace(plain: string, at: number): boolean {
  return /\s/.test(plain.charAt(at));
}
