import { joinTexts, splitText } from '@trunkline/adapter-kit';
import { LengthUnit, type Mark, MarkType, type Quote, type Text } from '@trunkline/contracts';
import { plain } from './adapted.ts';

const quoteMax = 200;

/** The quoted message as lines before an answer; empty where nothing is known to quote. Pure. */
export function quoteLines({ selected, text }: Quote): string {
  const [first] = splitText(plain(selected || text), { max: quoteMax, unit: LengthUnit.LENGTH_UNIT_UTF16 });
  const quoted = first?.plain ?? '';
  if (quoted.trim() === '') return '';
  const isCut = quoted.length < (selected || text).trim().length;
  return `${(isCut ? `${quoted}…` : quoted).replaceAll(/^/gm, '> ')}\n`;
}

/** A text for a channel that shows no marks: the addresses of its links are written out. Pure. */
export function withoutMarks(text: Text): Text {
  const links = text.marks.filter((mark) => isHiddenLink(mark, text.plain)).toSorted((a, b) => end(a) - end(b));
  let written = '';
  let from = 0;
  for (const link of links) {
    written += `${text.plain.slice(from, end(link))} (${link.href})`;
    from = end(link);
  }
  return plain(written + text.plain.slice(from));
}

/** Two texts with something between them, where both say something. Pure. */
export function joined(first: Text, separator: string, second: Text): Text {
  if (first.plain === '') return second;
  return second.plain === '' ? first : joinTexts(joinTexts(first, plain(separator)), second);
}

function end({ offset, length }: Mark): number {
  return offset + length;
}

function isHiddenLink(mark: Mark, text: string): boolean {
  const shown = text.slice(mark.offset, end(mark));
  return mark.type === MarkType.MARK_TYPE_LINK && mark.href !== '' && shown !== mark.href && end(mark) <= text.length;
}
