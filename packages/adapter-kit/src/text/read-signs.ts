import { Mark, MarkType, Text } from '@trunkline/contracts';
import { joinTexts } from './slice.ts';

/** Messengers' own texts are shorter; reading the markup of anything more would cost more than it is worth. */
const longest = 8_192;

/** A word or more between two signs, neither inside a word nor beside a space; code keeps its signs. */
const markup = /`([^`\n]+)`|(?<![\p{L}\p{N}])([*_~])(?![\s*_~])([^\n]*?[^\s])\2(?![\p{L}\p{N}])/gu;

const types: Readonly<Record<string, MarkType>> = {
  '*': MarkType.MARK_TYPE_BOLD,
  _: MarkType.MARK_TYPE_ITALIC,
  '~': MarkType.MARK_TYPE_STRIKETHROUGH,
};

/** Reads a text that has signs for marks, as people see it: {@link writeSigns} the other way round. Pure. */
export function readSigns(source: string): Text {
  if (source.length > longest || !/[*_~`>]/.test(source)) return plainText(source);
  const parts = source.split(/```([^`]+)```/);
  return joined(
    parts.map((part, index) => (index % 2 === 1 ? marked(plainText(part), MarkType.MARK_TYPE_PRE) : lines(part))),
  );
}

function lines(source: string): Text {
  const read = source.split('\n').map((line) => {
    return /^> \S/.test(line) ? marked(words(line.slice(2)), MarkType.MARK_TYPE_QUOTE) : words(line);
  });
  return joined(read.flatMap((line, index) => (index === 0 ? [line] : [plainText('\n'), line])));
}

function words(source: string): Text {
  const parts: Text[] = [];
  let from = 0;
  for (const { 0: whole, 1: code, 2: sign = '', 3: inner = '', index } of source.matchAll(markup)) {
    const isCode = code !== undefined;
    parts.push(plainText(source.slice(from, index)));
    parts.push(isCode ? marked(plainText(code), MarkType.MARK_TYPE_CODE) : marked(words(inner), types[sign]));
    from = index + whole.length;
  }
  return joined([...parts, plainText(source.slice(from))]);
}

function plainText(plain: string): Text {
  return Text.create({ plain });
}

function marked({ plain, marks }: Text, type: MarkType = MarkType.MARK_TYPE_UNSPECIFIED): Text {
  return { plain, marks: [Mark.create({ type, offset: 0, length: plain.length }), ...marks] };
}

function joined(texts: readonly Text[]): Text {
  return texts.reduce(joinTexts, plainText(''));
}
