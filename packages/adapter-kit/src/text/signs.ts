import { Mark, MarkType, type Text } from '@trunkline/contracts';
import { type MarkupStyle, renderMarkup, type Wrapping } from './marks.ts';

/** How messengers without a markup language of their own write marks: *bold* _italic_ ~struck~ `code` ```block``` > quote. */
const signs: Readonly<Partial<Record<MarkType, string>>> = {
  [MarkType.MARK_TYPE_BOLD]: '*',
  [MarkType.MARK_TYPE_ITALIC]: '_',
  [MarkType.MARK_TYPE_STRIKETHROUGH]: '~',
  [MarkType.MARK_TYPE_CODE]: '`',
  [MarkType.MARK_TYPE_PRE]: '```',
};

/**
 * Writes a text with its marks as signs; where these would make it longer than `max` UTF-16 units, with the addresses of its
 * links alone, or as it is. There is no escaping: a sign that the text has already may work as one. Pure.
 */
export function writeSigns(text: Text, max: number): string {
  const links = { ...text, marks: text.marks.filter(({ type }) => type === MarkType.MARK_TYPE_LINK) };
  for (const { plain, marks } of text.marks.length === 0 ? [] : [text, links]) {
    const own = { plain, marks: marks.flatMap((mark) => (isWhole(mark) ? [mark] : linesOf(mark, plain))) };
    const written = renderMarkup(own, styleOf(plain));
    if (written.length <= max) return written;
  }
  return text.plain;
}

function styleOf(plain: string): MarkupStyle {
  const wrap = ({ type, href, offset, length }: Mark): Wrapping | undefined => {
    const sign = signs[type];
    if (sign !== undefined) return { open: sign, close: sign };
    if (type === MarkType.MARK_TYPE_QUOTE) return { open: '> ', close: '' };
    const isShown = href === '' || plain.slice(offset, offset + length) === href;
    return type === MarkType.MARK_TYPE_LINK && !isShown ? { open: '', close: ` (${href})` } : undefined;
  };
  return { escape: (written) => written, wrap };
}

/** A block may have several lines; an address is written once. All other signs work within one line. */
function isWhole({ type }: Mark): boolean {
  return type === MarkType.MARK_TYPE_PRE || type === MarkType.MARK_TYPE_LINK;
}

/** A mark in pieces of a line each, without the space around them; a quote only where it begins a line. */
function linesOf(mark: Mark, plain: string): Mark[] {
  const end = Math.min(mark.offset + mark.length, plain.length);
  const pieces: Mark[] = [];
  for (let from = mark.offset; from < end; ) {
    const newLine = plain.indexOf('\n', from);
    const to = newLine === -1 ? end : Math.min(newLine, end);
    const line = plain.slice(from, to);
    const offset = from + (line.length - line.trimStart().length);
    const isInPlace = mark.type !== MarkType.MARK_TYPE_QUOTE || offset === 0 || plain[offset - 1] === '\n';
    if (line.trim() !== '' && isInPlace) pieces.push(Mark.create({ ...mark, offset, length: line.trim().length }));
    from = to + 1;
  }
  return pieces;
}
