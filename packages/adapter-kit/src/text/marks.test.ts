import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Mark, MarkType, Text } from '@trunkline/contracts';
import fc from 'fast-check';
import { escapeHtml, type MarkupStyle, renderMarkup } from './marks.ts';

const tags: Partial<Record<MarkType, string>> = {
  [MarkType.MARK_TYPE_BOLD]: 'b',
  [MarkType.MARK_TYPE_ITALIC]: 'i',
  [MarkType.MARK_TYPE_CODE]: 'code',
};
const html: MarkupStyle = {
  escape: escapeHtml,
  wrap: ({ type }) => {
    const tag = tags[type];
    return tag === undefined ? undefined : { open: `<${tag}>`, close: `</${tag}>` };
  },
};
const mark = (type: MarkType, offset: number, length: number) => Mark.create({ type, offset, length });
const { MARK_TYPE_BOLD, MARK_TYPE_ITALIC, MARK_TYPE_SPOILER } = MarkType;

test('marks become well nested markup', () => {
  const cases: readonly (readonly [string, string, readonly Mark[], string])[] = [
    ['nothing', 'a < b & "c"', [], 'a &lt; b &amp; &quot;c&quot;'],
    ['one', 'one two', [mark(MARK_TYPE_BOLD, 4, 3)], 'one <b>two</b>'],
    ['inside another', 'abc', [mark(MARK_TYPE_ITALIC, 1, 1), mark(MARK_TYPE_BOLD, 0, 3)], '<b>a<i>b</i>c</b>'],
    ['side by side', 'ab', [mark(MARK_TYPE_BOLD, 0, 1), mark(MARK_TYPE_ITALIC, 1, 1)], '<b>a</b><i>b</i>'],
    ['crossing', 'abc', [mark(MARK_TYPE_BOLD, 0, 2), mark(MARK_TYPE_ITALIC, 1, 2)], '<b>a<i>b</i></b><i>c</i>'],
    ['that the platform has not', 'abc', [mark(MARK_TYPE_SPOILER, 0, 3)], 'abc'],
    ['longer than the text', 'abc', [mark(MARK_TYPE_BOLD, 2, 99)], 'ab<b>c</b>'],
    ['inside a surrogate pair', 'a🙂b', [mark(MARK_TYPE_BOLD, 2, 2)], 'a<b>🙂b</b>'],
  ];
  for (const [name, plain, marks, expected] of cases) {
    assert.equal(renderMarkup(Text.create({ plain, marks: [...marks] }), html), expected, name);
  }
});

test('whatever the marks, the markup is well nested and keeps the text', () => {
  const anyMark = fc.record({
    type: fc.constantFrom(MARK_TYPE_BOLD, MARK_TYPE_ITALIC, MarkType.MARK_TYPE_CODE),
    offset: fc.nat(30),
    length: fc.nat(30),
  });
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 20 }), fc.array(anyMark, { maxLength: 6 }), (plain, marks) => {
      const written = renderMarkup(Text.create({ plain, marks: marks.map((one) => Mark.create(one)) }), html);
      const open: string[] = [];
      for (const [, slash, tag = ''] of written.matchAll(/<(\/?)(\w+)>/g)) {
        if (slash === '') open.push(tag);
        else assert.equal(open.pop(), tag);
      }
      assert.deepEqual(open, []);
      assert.equal(written.replace(/<\/?\w+>/g, ''), escapeHtml(plain));
    }),
  );
});
