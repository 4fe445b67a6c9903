import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LengthUnit, Mark, MarkType, Text } from '@trunkline/contracts';
import fc from 'fast-check';
import { textLength } from './length.ts';
import { type LengthLimit, splitText } from './split.ts';

const utf16 = (max: number): LengthLimit => ({ max, unit: LengthUnit.LENGTH_UNIT_UTF16 });
const bytes = (max: number): LengthLimit => ({ max, unit: LengthUnit.LENGTH_UNIT_BYTES });
const plainText = (plain: string) => Text.create({ plain });
const plains = (plain: string, limit: LengthLimit) => splitText(plainText(plain), limit).map((part) => part.plain);

test('a text is split at the best border that fits', () => {
  const cases: readonly (readonly [string, string, number, readonly string[]])[] = [
    ['whole when it fits', 'one two', 7, ['one two']],
    ['between paragraphs', 'one two\n\nthree. four five', 20, ['one two', 'three. four five']],
    ['between lines', 'one two\nthree four', 12, ['one two', 'three four']],
    ['between sentences', 'One two. Three four', 14, ['One two.', 'Three four']],
    ['between words', 'one two three', 9, ['one two', 'three']],
    ['between words of a script without spaces', '今日は天気がいいですね', 5, ['今日は天気', 'がいいです', 'ね']],
    ['inside a word that alone is too long', 'abcdefgh', 3, ['abc', 'def', 'gh']],
    ['never inside an emoji of several code points', 'ab👨‍👩‍👧', 5, ['ab', '👨‍👩‍👧'.slice(0, 5), '👨‍👩‍👧'.slice(5)]],
    ['one empty part of nothing but space', '   ', 2, ['']],
  ];
  for (const [name, plain, max, expected] of cases) assert.deepEqual(plains(plain, utf16(max)), expected, name);
});

test('without a limit a text stays whole', () => {
  assert.deepEqual(plains('x'.repeat(100_000), utf16(0)), ['x'.repeat(100_000)]);
});

test('marks follow their words into the parts', () => {
  const bold = Mark.create({ type: MarkType.MARK_TYPE_BOLD, offset: 4, length: 9 });
  const parts = splitText(Text.create({ plain: 'one two three', marks: [bold] }), utf16(8));
  assert.deepEqual(
    parts.map(({ plain, marks }) => marks.map((mark) => plain.slice(mark.offset, mark.offset + mark.length))),
    [['two'], ['three']],
  );
});

const anyPlain = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 400 }),
  fc.string({ unit: fc.constantFrom('а', 'я', ' ', '\n', '. ', '👨‍👩‍👧', '🙂', 'שלום', 'é'), maxLength: 400 }),
);

test('no part is over the limit, and nothing but white space is lost', () => {
  fc.assert(
    fc.property(anyPlain, fc.integer({ min: 4, max: 60 }), fc.constantFrom(utf16, bytes), (plain, max, limitOf) => {
      const limit = limitOf(max);
      const parts = plains(plain, limit);
      for (const part of parts) {
        assert.ok(textLength(part, limit.unit) <= max);
        assert.ok(part.isWellFormed());
      }
      assert.equal(parts.join('').replace(/\s/g, ''), plain.replace(/\s/g, ''));
    }),
  );
});

test('a text of 100,000 characters is split within a second', () => {
  const startedAt = performance.now();
  assert.ok(plains('Слово за словом. '.repeat(6_000), utf16(4_096)).length >= 24);
  assert.ok(performance.now() - startedAt < 1_000);
});
