import type { Mark, Text } from '@trunkline/contracts';

/** How a platform writes one mark around its text. */
export interface Wrapping {
  readonly open: string;
  readonly close: string;
}

/** How a platform writes marked-up text. */
export interface MarkupStyle {
  /** Makes plain text harmless in the markup. */
  readonly escape: (plain: string) => string;
  /** How a mark is written; undefined: the platform has none, its text stays plain. */
  readonly wrap: (mark: Mark) => Wrapping | undefined;
}

/**
 * Writes a text with its marks as markup, always well nested: where marks cross, one is closed and opened again. Marks
 * that lie outside the text or inside a surrogate pair are cut to what is there. Pure.
 */
export function renderMarkup(text: Text, style: MarkupStyle): string {
  const marks = visibleMarks(text, style);
  const borders = [...new Set([0, text.plain.length, ...marks.flatMap(({ from, to }) => [from, to])])].sort(ascending);
  let written = '';
  let open: WrappedMark[] = [];
  for (const [index, border] of borders.entries()) {
    const closed = close(open, border);
    written += closed.written;
    const opening = marks.filter(({ from }) => from === border).sort((one, other) => other.to - one.to);
    open = [...closed.open, ...opening];
    written += opening.map(({ wrapping }) => wrapping.open).join('');
    written += style.escape(text.plain.slice(border, borders[index + 1] ?? border));
  }
  return written;
}

/** Escapes for HTML text and attribute values. Pure. */
export function escapeHtml(plain: string): string {
  return plain.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}

interface WrappedMark {
  readonly from: number;
  readonly to: number;
  readonly wrapping: Wrapping;
}

function visibleMarks({ plain, marks }: Text, style: MarkupStyle): WrappedMark[] {
  return marks.flatMap((mark) => {
    const wrapping = style.wrap(mark);
    const from = outOfPair(plain, Math.min(mark.offset, plain.length));
    const to = outOfPair(plain, Math.min(mark.offset + mark.length, plain.length));
    return wrapping === undefined || to <= from ? [] : [{ from, to, wrapping }];
  });
}

/** Closes what ends here, from the innermost outwards; what had to be closed with it is opened again. */
function close(open: readonly WrappedMark[], border: number): { written: string; open: WrappedMark[] } {
  const outermost = open.findIndex(({ to }) => to === border);
  if (outermost === -1) return { written: '', open: [...open] };
  const closing = open.slice(outermost);
  const again = closing.filter(({ to }) => to > border);
  const written = [
    ...closing.toReversed().map(({ wrapping }) => wrapping.close),
    ...again.map(({ wrapping }) => wrapping.open),
  ];
  return { written: written.join(''), open: [...open.slice(0, outermost), ...again] };
}

function outOfPair(plain: string, at: number): number {
  const isInside = at > 0 && /[\uD800-\uDBFF]/.test(plain.charAt(at - 1)) && /[\uDC00-\uDFFF]/.test(plain.charAt(at));
  return isInside ? at - 1 : at;
}

function ascending(one: number, other: number): number {
  return one - other;
}
