import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { cleaned, cleanText } from './clean.ts';

const cases: readonly [string, string, string][] = [
  ['a text without trouble stays', 'Привет 👋🏽', 'Привет 👋🏽'],
  ['a NUL is replaced', 'a\0b', 'a\uFFFDb'],
  ['a lone first half is replaced', 'a\uD83D', 'a\uFFFD'],
  ['a lone second half is replaced', '\uDE00b', '\uFFFDb'],
];

for (const [name, given, expected] of cases) test(name, () => assert.equal(cleanText(given), expected));

test('any text becomes well formed and keeps its length, so that marks still fit', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.array(fc.integer({ min: 0, max: 0xffff })), (text, units) => {
      const given = text + String.fromCharCode(...units);
      const clean = cleanText(given);
      assert.ok(clean.isWellFormed() && !clean.includes('\0'));
      assert.equal(clean.length, given.length);
    }),
  );
});

test('texts deep inside are cleaned, keys too, and dates and bytes are left alone', () => {
  const at = new Date(0);
  const bytes = Buffer.from('a\0');
  const given = { list: [{ text: 'x\0' }], names: { 'k\0': 'v' }, at, bytes, absent: undefined };
  assert.deepEqual(cleaned(given), {
    list: [{ text: 'x\uFFFD' }],
    names: { 'k\uFFFD': 'v' },
    at,
    bytes,
    absent: undefined,
  });
});

test('what is clean already is given back as it is', () => {
  const given = { list: [{ text: 'x' }] };
  assert.equal(cleaned(given), given);
});
