import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type Came, createTally } from './tally.ts';

const came = (number: number, more: Partial<Came> = {}): Came => ({
  ...{ sequence: number, number, within: undefined, isRepeat: false },
  ...more,
});

const took = (numbers: readonly number[], sent: number) => {
  const tally = createTally();
  for (const number of numbers) tally.take(came(number));
  return tally.count(sent);
};

test('what comes once and in order is neither lost nor repeated nor out of order', () => {
  assert.deepEqual(took([1, 2, 3], 3), { received: 3, outOfOrder: 0, repeats: 0, lost: 0, told: 0, firstLost: 0 });
});

test('each kind of fault is counted as what it is', () => {
  const cases = [
    { numbers: [1, 3], sent: 3, is: { received: 2, outOfOrder: 0, repeats: 0, lost: 1, told: 0, firstLost: 2 } },
    { numbers: [1, 2], sent: 4, is: { received: 2, outOfOrder: 0, repeats: 0, lost: 2, told: 0, firstLost: 3 } },
    { numbers: [1, 3, 2], sent: 3, is: { received: 3, outOfOrder: 1, repeats: 0, lost: 0, told: 0, firstLost: 0 } },
    { numbers: [1, 2, 2, 1], sent: 2, is: { received: 2, outOfOrder: 0, repeats: 2, lost: 0, told: 0, firstLost: 0 } },
    { numbers: [2, 1, 1], sent: 2, is: { received: 2, outOfOrder: 1, repeats: 1, lost: 0, told: 0, firstLost: 0 } },
    { numbers: [], sent: 2, is: { received: 0, outOfOrder: 0, repeats: 0, lost: 2, told: 0, firstLost: 1 } },
  ];
  for (const { numbers, sent, is } of cases) assert.deepEqual(took(numbers, sent), is, numbers.join());
});

test('what a notice names is told, as many as it names and at its place alone', () => {
  const tally = createTally();
  tally.take(came(1));
  tally.excuse({ from: 2, to: 4, count: 3 });
  tally.take(came(6, { sequence: 5 }));
  tally.take(came(9, { sequence: 6 }));
  assert.deepEqual(tally.count(9), { received: 3, outOfOrder: 0, repeats: 0, lost: 3, told: 3, firstLost: 2 });
});

test('what a notice names and comes all the same is dropped as a repeat, by whoever keeps their place', () => {
  const tally = createTally();
  tally.excuse({ from: 1, to: 2, count: 2 });
  tally.take(came(3));
  tally.take(came(2, { isRepeat: true }));
  assert.deepEqual(tally.count(3), { received: 1, outOfOrder: 0, repeats: 1, lost: 0, told: 2, firstLost: 0 });
});

test('what is new and stands where the receiver has been is out of order: it would have been dropped', () => {
  const tally = createTally();
  tally.take(came(1));
  tally.take(came(2, { isRepeat: true }));
  assert.equal(tally.count(2).outOfOrder, 1);
});

test('a notice of a strand tells of as many as it counts, not of the others between its ends', () => {
  const tally = createTally();
  tally.excuse({ from: 1, to: 3, count: 2 });
  assert.deepEqual([tally.count(3).told, tally.count(3).lost], [2, 1]);
  tally.take(came(2, { within: 'b' }));
  assert.deepEqual(tally.count(3), { received: 1, outOfOrder: 0, repeats: 0, lost: 0, told: 2, firstLost: 0 });
});

test('of strands each conversation is in order by itself; what has no strand comes after everything', () => {
  const tally = createTally();
  for (const [number, within] of [
    [2, 'b'],
    [1, 'a'],
    [4, 'a'],
    [3, 'b'],
  ] as const)
    tally.take(came(number, { within }));
  assert.equal(tally.count(4).outOfOrder, 0);
  tally.take(came(6, { within: 'a' }));
  tally.take(came(5));
  assert.equal(tally.count(6).outOfOrder, 1);
  tally.take(came(8, { within: 'b' }));
  tally.take(came(7, { within: 'b' }));
  assert.equal(tally.count(8).outOfOrder, 2);
});

test('received, lost and repeats add up to what was sent and what came, whatever the order', () => {
  const numbers = fc.array(fc.integer({ min: 1, max: 20 }), { maxLength: 60 });
  fc.assert(
    fc.property(numbers, (given) => {
      const { received, lost, repeats } = took(given, 20);
      assert.equal(received + lost, 20);
      assert.equal(received + repeats, given.length);
      assert.equal(received, new Set(given).size);
    }),
  );
});
