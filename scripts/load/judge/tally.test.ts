import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createTally } from './tally.ts';

const took = (numbers: readonly number[], sent: number) => {
  const tally = createTally();
  for (const number of numbers) tally.take({ portal: 'p1', number, atMs: 0 });
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
  const take = (number: number) => tally.take({ portal: 'p1', number, atMs: 0 });
  take(1);
  tally.excuse(2);
  tally.excuse(1);
  take(6);
  take(9);
  assert.deepEqual(tally.count(9), { received: 3, outOfOrder: 0, repeats: 0, lost: 3, told: 3, firstLost: 5 });
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
