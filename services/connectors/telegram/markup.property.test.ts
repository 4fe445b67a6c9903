import assert from 'node:assert/strict';
import { test } from 'node:test';
import { splitText } from '@trunkline/adapter-kit';
import { Mark, MarkType, Text } from '@trunkline/contracts';
import fc from 'fast-check';
import { capabilities } from './capabilities.ts';
import { textOf } from './parse-text.ts';
import { textParams } from './render-text.ts';
import { readHtml } from './simulator/html-markup.ts';

const piece = fc.constantFrom(
  'a',
  ' ',
  '<',
  '>',
  '&',
  '"',
  '&amp;',
  '</b>',
  '😀',
  '👨‍👩‍👧',
  'é',
  'e\u0301',
  'я',
  '\n',
  '\u0000',
  'שלום',
);
const plainText = fc.array(piece, { minLength: 1, maxLength: 30 }).map((pieces) => pieces.join(''));

/** Kinds that come back as what they were sent as. */
const kept = [
  MarkType.MARK_TYPE_BOLD,
  MarkType.MARK_TYPE_ITALIC,
  MarkType.MARK_TYPE_UNDERLINE,
  MarkType.MARK_TYPE_STRIKETHROUGH,
  MarkType.MARK_TYPE_CODE,
  MarkType.MARK_TYPE_QUOTE,
  MarkType.MARK_TYPE_SPOILER,
  MarkType.MARK_TYPE_LINK,
];

const markedText = plainText.chain((plain) => {
  const mark = fc.record({
    type: fc.constantFrom(...kept),
    offset: fc.nat(plain.length + 3),
    length: fc.integer({ min: 1, max: plain.length + 3 }),
    href: fc.constantFrom('https://a.example/?x="1"&y=<2>', 'https://b.example'),
  });
  const marks = fc.array(mark, { maxLength: 6 });
  return marks.map((list) => Text.create({ plain, marks: list.map((one) => Mark.create(one)) }));
});

/** Which units of the text each kind of mark covers, whatever pieces it was cut into. */
function coverage({ plain, marks }: Text): string[] {
  const covered = new Set<string>();
  for (const { type, offset, length } of marks) {
    for (let at = offset; at < Math.min(offset + length, plain.length); at += 1) covered.add(`${type}:${at}`);
  }
  return [...covered].sort();
}

/** Marks cut to whole characters, as they are written. */
function onWholeCharacters(text: Text): Text {
  const isInside = (at: number) =>
    /[\uDC00-\uDFFF]/.test(text.plain.charAt(at)) && /[\uD800-\uDBFF]/.test(text.plain.charAt(at - 1));
  const out = (at: number) => (isInside(at) ? at - 1 : at);
  const marks = text.marks.map((mark) => {
    const from = out(Math.min(mark.offset, text.plain.length));
    const to = out(Math.min(mark.offset + mark.length, text.plain.length));
    return { ...mark, offset: from, length: to - from };
  });
  return { ...text, marks };
}

test('marks written as HTML and read back cover the same characters of the same text', () => {
  fc.assert(
    fc.property(markedText, (text) => {
      const { text: html = '', parse_mode } = textParams('text', text);
      const seen = parse_mode === 'HTML' ? readHtml(html) : { text: html, entities: [] };
      const back = textOf(
        seen.text,
        seen.entities.map((entity) => ({ ...entity, user: undefined })),
      );
      assert.equal(back.plain, text.plain);
      assert.deepEqual(coverage(back), coverage(onWholeCharacters(text)));
    }),
    { numRuns: 2_000 },
  );
});

test('a code block keeps its language, a mention its person', () => {
  const marks = [
    Mark.create({ type: MarkType.MARK_TYPE_PRE, offset: 0, length: 4, language: 'c"++' }),
    Mark.create({ type: MarkType.MARK_TYPE_MENTION, offset: 5, length: 4, platformPartyId: '5501234567' }),
  ];
  const { text = '' } = textParams('text', Text.create({ plain: 'code Anna', marks }));
  const { entities } = readHtml(text);
  const back = textOf(
    'code Anna',
    entities.map((entity) => ({ ...entity, user: entity.user && { id: String(entity.user.id) } })),
  );
  assert.deepEqual(back.marks, marks);
});

test('entities of any kind and place never break a text, and never reach outside it', () => {
  const entity = fc.record({
    type: fc.constantFrom('bold', 'url', 'mention', 'custom_emoji', 'constructor', 'pre', 'new_kind'),
    offset: fc.nat(40),
    length: fc.nat(40),
  });
  fc.assert(
    fc.property(plainText, fc.array(entity), (plain, entities) => {
      const text = textOf(plain, entities);
      assert.equal(text.plain, plain);
      assert.ok(text.marks.every(({ offset, length }) => length > 0 && offset + length <= plain.length));
    }),
  );
});

test('a long text is cut into parts that fit, never through a character', () => {
  const limit = { max: capabilities.textMax, unit: capabilities.textUnit };
  const long = fc.tuple(fc.nat(4), fc.constantFrom('😀', '👨‍👩‍👧', 'e\u0301', 'word ')).map(([shift, filler]) => {
    return `${'x'.repeat(shift)}${filler.repeat(9_000 / filler.length)}`;
  });
  fc.assert(
    fc.property(long, (plain) => {
      const parts = splitText(Text.create({ plain }), limit);
      for (const part of parts) {
        assert.ok(part.plain.length <= limit.max);
        assert.ok(part.plain.isWellFormed());
      }
      assert.equal(
        parts
          .map((part) => part.plain)
          .join('')
          .replaceAll(' ', ''),
        plain.replaceAll(' ', ''),
      );
    }),
    { numRuns: 20 },
  );
});
