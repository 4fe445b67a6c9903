import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createPlace, type Following, type Placed, strandOf } from './place.ts';

/** A conversation of each of so many strands. */
const conversationOf = (index: number, count: number) =>
  Array.from({ length: 999 }, (_, number) => `c${number}`).find((each) => strandOf(each, count) === index) ?? '';

function event(sequence: number, more: Partial<Placed> = {}): Placed {
  return { type: 'message', sequence: String(sequence), datacontenttype: 'application/jose', data: '', ...more };
}

function inStrand(strand: string, sequence: number, previous: string, more: Partial<Placed> = {}): Placed {
  const [index = 0, count = 0] = strand.split('/').map(Number);
  return event(sequence, { strand, previous, subject: conversationOf(index, count), ...more });
}

const notice = (from: number) => ({ datacontenttype: 'application/json', data: { from: String(from) } });

const cases: readonly [what: string, elements: readonly Placed[], expected: readonly Following[]][] = [
  ['one after the other', [event(1), event(2), event(2), event(4)], ['next', 'next', 'repeat', 'gap']],
  ['a notice for a range', [event(1), event(3, notice(2)), event(4)], ['next', 'next', 'next']],
  ['a notice that begins too late', [event(1), event(4, notice(3))], ['next', 'gap']],
  [
    'strands follow their own and not each other',
    [inStrand('0/2', 3, '0'), inStrand('1/2', 1, '0'), inStrand('1/2', 2, '1'), inStrand('0/2', 5, '4')],
    ['next', 'next', 'next', 'gap'],
  ],
  ['a repeat in its strand', [inStrand('0/2', 3, '0'), inStrand('0/2', 3, '0')], ['next', 'repeat']],
  [
    'a notice of a strand speaks of that strand',
    [inStrand('0/2', 4, '0', notice(1)), inStrand('1/2', 3, '0'), inStrand('0/2', 5, '4')],
    ['next', 'next', 'next'],
  ],
  [
    'the first after strands comes after the last of each',
    [inStrand('0/2', 1, '0'), inStrand('1/2', 2, '0'), event(3, { previous: '1 2' }), event(4)],
    ['next', 'next', 'next', 'next'],
  ],
  [
    'the first after strands, one of which misses its last',
    [inStrand('0/2', 1, '0'), event(3, { previous: '1 2' })],
    ['next', 'gap'],
  ],
  [
    'another number of strands',
    [inStrand('0/2', 1, '0'), inStrand('1/2', 2, '0'), inStrand('2/3', 3, '1 2'), inStrand('2/3', 4, '3')],
    ['next', 'next', 'next', 'next'],
  ],
];

for (const [what, elements, expected] of cases) {
  test(`the judge's place: ${what}`, () => {
    const place = createPlace();
    assert.deepEqual(
      elements.map((element) => place.take(element)),
      expected,
    );
  });
}

test('what came in a strand of another number is a repeat, and only of that conversation', () => {
  const place = createPlace();
  const known = conversationOf(0, 2);
  const isOther = (each: string) => strandOf(each, 2) === 1 && strandOf(each, 3) !== strandOf(known, 3);
  const other = Array.from({ length: 99 }, (_, number) => `c${number}`).find(isOther) ?? '';
  place.take(inStrand('0/2', 5, '0', { subject: known }));
  const again = (subject: string) => inStrand(`${strandOf(subject, 3)}/3`, 4, '0', { subject, previous: '0' });
  assert.deepEqual([place.take(again(known)), place.take(again(other))], ['repeat', 'next']);
});

test('an event in a strand that is not its conversation’s is a contradiction', () => {
  const wrong = { subject: conversationOf(1, 2) };
  assert.throws(() => createPlace().take(inStrand('0/2', 1, '0', wrong)), /came in strand 0\/2/);
});

test('an event of a strand that says nothing of what is before it is a contradiction', () => {
  const { previous, ...rest } = inStrand('0/2', 1, '0');
  assert.equal(previous, '0');
  assert.throws(() => createPlace().take(rest), /does not say what it comes after/);
});
