import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Mark, MarkType, Text } from '@trunkline/contracts';
import fc from 'fast-check';
import { readSigns } from './read-signs.ts';
import { writeSigns } from './signs.ts';

const { MARK_TYPE_BOLD: bold, MARK_TYPE_ITALIC: italic, MARK_TYPE_PRE: pre, MARK_TYPE_QUOTE: quote } = MarkType;
const { MARK_TYPE_CODE: code, MARK_TYPE_LINK: link, MARK_TYPE_STRIKETHROUGH: struck } = MarkType;

const text = (plain: string, ...marks: readonly (readonly [MarkType, number, number, string?])[]): Text => {
  const made = marks.map(([type, offset, length, href = '']) => Mark.create({ type, offset, length, href }));
  return Text.create({ plain, marks: made });
};

const written: readonly (readonly [name: string, text: Text, signs: string])[] = [
  ['a word', text('so be it', [bold, 3, 2]), 'so *be* it'],
  ['marks within marks', text('so be it', [bold, 0, 8], [italic, 3, 2]), '*so _be_ it*'],
  ['a mark over two lines is two', text('one\ntwo', [struck, 0, 7]), '~one~\n~two~'],
  ['a sign touches its word', text('one two', [bold, 0, 4]), '*one* two'],
  ['a block keeps its lines', text('a\nb', [pre, 0, 3]), '```a\nb```'],
  ['code', text('run it', [code, 0, 3]), '`run` it'],
  ['a quote of two lines', text('a\nb\nc', [quote, 0, 3]), '> a\n> b\nc'],
  ['a quote inside a line is none', text('a b', [quote, 2, 1]), 'a b'],
  [
    'an address behind a word is written out',
    text('see here', [link, 4, 4, 'https://a.example']),
    'see here (https://a.example)',
  ],
  [
    'an address that is shown is not',
    text('https://a.example', [link, 0, 17, 'https://a.example']),
    'https://a.example',
  ],
];
for (const [name, given, signs] of written) test(`written: ${name}`, () => assert.equal(writeSigns(given, 99), signs));

test('signs that make a text too long are left out, addresses last', () => {
  const given = text('see here', [bold, 0, 3], [link, 4, 4, 'https://a.example']);
  assert.equal(writeSigns(given, 30), '*see* here (https://a.example)');
  assert.equal(writeSigns(given, 28), 'see here (https://a.example)');
  assert.equal(writeSigns(given, 27), 'see here');
});

const read: readonly (readonly [name: string, source: string, text: Text])[] = [
  ['a word', 'so *be* it', text('so be it', [bold, 3, 2])],
  ['marks within marks', '*so _be_ it*', text('so be it', [bold, 0, 8], [italic, 3, 2])],
  ['a block', '```a\nb```', text('a\nb', [pre, 0, 3])],
  ['code', '`a*b*`', text('a*b*', [code, 0, 4])],
  ['a quote', '> a\nb', text('a\nb', [quote, 0, 1])],
  ['signs inside words are none', '2*3*4 and snake_case_name', text('2*3*4 and snake_case_name')],
  ['a sign before a space is none', '* one * two', text('* one * two')],
  ['an open sign is none', 'a *b', text('a *b')],
];
for (const [name, source, expected] of read) test(`read: ${name}`, () => assert.deepEqual(readSigns(source), expected));

test('whatever is read holds its marks, and nothing but signs is lost', () => {
  const pieces = fc.constantFrom('*', '_', '~', '`', '```', '> ', '\n', ' ', 'a', 'я', '😀', '*a*');
  const sources = fc.array(pieces, { maxLength: 60 }).map((list) => list.join(''));
  const solid = (from: string) => from.replaceAll(/[*_~`>\s]/g, '');
  fc.assert(
    fc.property(sources, (source) => {
      const { plain, marks } = readSigns(source);
      assert.equal(solid(plain), solid(source));
      for (const { offset, length } of marks) assert.ok(length > 0 && offset + length <= plain.length);
    }),
    { numRuns: 500 },
  );
});

test('a hostile text is read within a second', () => {
  const startedAt = performance.now();
  for (const source of [
    '*a '.repeat(2_700),
    '*_~'.repeat(2_700),
    '`'.repeat(8_000),
    '> *'.repeat(2_700),
    '*a'.repeat(4_000),
  ])
    readSigns(source);
  assert.ok(performance.now() - startedAt < 1_000);
});
