import { splitText } from '@trunkline/adapter-kit';
import { type Capabilities, type LengthUnit, MarkType } from '@trunkline/contracts';
import fc from 'fast-check';

/** Pieces that break careless code: pairs, joined emoji, right-to-left, marks of markup, bytes of every length. */
const pieces = [
  'a',
  ' ',
  'я',
  'é',
  'e\u0301',
  '😀',
  '👨‍👩‍👧',
  'שלום',
  '\u202e',
  '<b>',
  '&',
  '"',
  '_*`',
  '\n',
  '日本',
  '\u0000',
];

/** Texts that fill a limit to its last unit, or nearly nothing of it; 0: no limit. */
export function textWithin(max: number, unit: LengthUnit): fc.Arbitrary<string> {
  const longest = max === 0 ? 2_000 : max;
  const few = fc.array(fc.constantFrom(...pieces), { minLength: 1, maxLength: 30 }).map((list) => list.join(''));
  const full = few.map((part) => part.repeat(Math.ceil(longest / part.length) + 1));
  return fc.oneof(few, full).map((plain) => {
    const text = plain.trim() === '' ? 'x' : plain;
    return splitText({ plain: text, marks: [] }, { max: longest, unit })[0]?.plain || 'x';
  });
}

const markKinds = [
  MarkType.MARK_TYPE_BOLD,
  MarkType.MARK_TYPE_ITALIC,
  MarkType.MARK_TYPE_CODE,
  MarkType.MARK_TYPE_LINK,
  MarkType.MARK_TYPE_SPOILER,
];

/** The same with marks, where they are shown. */
export function markedText({ canFormat, textUnit }: Capabilities, max: number): fc.Arbitrary<object> {
  return textWithin(max, textUnit).chain((plain) => {
    if (!canFormat) return fc.constant({ plain });
    const mark = fc.record({
      type: fc.constantFrom(...markKinds),
      offset: fc.nat(plain.length),
      length: fc.integer({ min: 1, max: plain.length + 1 }),
      href: fc.constant('https://a.example/?q="1"&b=<2>'),
    });
    return fc.array(mark, { maxLength: 5 }).map((marks) => ({ plain, marks }));
  });
}
