import { Mark, Text } from '@trunkline/contracts';

/** The part of a marked-up text between two offsets (UTF-16 units), its marks cut and moved along. Pure. */
export function sliceText(text: Text, from: number, to: number): Text {
  const plain = text.plain.slice(from, to);
  const end = from + plain.length;
  const marks = text.marks
    .map((mark) => {
      const start = Math.max(mark.offset, from);
      const length = Math.min(mark.offset + mark.length, end) - start;
      return Mark.create({ ...mark, offset: start - from, length: Math.max(0, length) });
    })
    .filter((mark) => mark.length > 0);
  return Text.create({ plain, marks });
}

/** Two marked-up texts as one, the second's marks moved along. Pure. */
export function joinTexts(first: Text, second: Text): Text {
  const moved = second.marks.map((mark) => ({ ...mark, offset: mark.offset + first.plain.length }));
  return Text.create({ plain: first.plain + second.plain, marks: [...first.marks, ...moved] });
}
