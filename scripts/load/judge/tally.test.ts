import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { strandOf } from './place.ts';
import { type Came, createTally } from './tally.ts';

const came = (number: number, more: Partial<Came> = {}): Came => ({
  ...{ sequence: number, number, subject: 'a', isInStrand: false, isRepeat: false },
  ...more,
});

/** Each as a receiver that keeps its place meets it: what it had before is a repeat. */
const took = (numbers: readonly number[], sent: number) => {
  const tally = createTally();
  const had = new Set<number>();
  for (const number of numbers) {
    tally.take(came(number, { isRepeat: had.has(number) }));
    had.add(number);
  }
  return tally.count(sent);
};

const clean = { received: 0, outOfOrder: 0, repeats: 0, doubled: 0, lost: 0, told: 0, firstLost: 0 };

test('what comes once and in order is neither lost nor repeated nor out of order', () => {
  assert.deepEqual(took([1, 2, 3], 3), { ...clean, received: 3 });
});

test('each kind of fault is counted as what it is', () => {
  const cases = [
    { numbers: [1, 3], sent: 3, is: { received: 2, lost: 1, firstLost: 2 } },
    { numbers: [1, 2], sent: 4, is: { received: 2, lost: 2, firstLost: 3 } },
    { numbers: [1, 3, 2], sent: 3, is: { received: 3, outOfOrder: 1 } },
    { numbers: [1, 2, 2, 1], sent: 2, is: { received: 2, repeats: 2 } },
    { numbers: [2, 1, 1], sent: 2, is: { received: 2, outOfOrder: 1, repeats: 1 } },
    { numbers: [], sent: 2, is: { lost: 2, firstLost: 1 } },
  ];
  for (const { numbers, sent, is } of cases) assert.deepEqual(took(numbers, sent), { ...clean, ...is }, numbers.join());
});

test('a message under a second sequence is doubled: a receiver that drops by sequence shows it twice', () => {
  const tally = createTally();
  tally.take(came(7));
  tally.take(came(7, { sequence: 12 }));
  assert.deepEqual([tally.count(7).doubled, tally.count(7).repeats], [1, 0]);
  tally.take(came(7, { sequence: 12, isRepeat: true }));
  assert.deepEqual([tally.count(7).doubled, tally.count(7).repeats], [1, 1], 'the second one again is a repeat of it');
});

test('a message that comes again where the receiver does not drop it is doubled', () => {
  const tally = createTally();
  tally.take(came(1));
  tally.take(came(1));
  assert.deepEqual([tally.count(1).doubled, tally.count(1).repeats], [1, 0]);
});

test('what a notice names is told, as many as it names and at its place alone', () => {
  const tally = createTally();
  tally.take(came(1));
  tally.excuse({ strand: '', from: 2, to: 4, count: 3 });
  tally.take(came(6, { sequence: 5 }));
  tally.take(came(9, { sequence: 6 }));
  assert.deepEqual(tally.count(9), { ...clean, received: 3, lost: 3, told: 3, firstLost: 2 });
});

test('a notice that came again, or grew between two tries, excuses no more than its last word', () => {
  const tally = createTally();
  const strand = '1/2';
  for (const [to, count] of [
    [3, 1],
    [3, 1],
    [6, 2],
  ] as const)
    tally.excuse({ strand, from: 2, to, count });
  tally.take(came(7));
  assert.deepEqual([tally.count(7).told, tally.count(7).lost], [2, 4]);
});

test('after what was kept has come again only the messages in it are told, and the others are lost', () => {
  const tally = createTally();
  // Four sequences between two messages: two messages, and two events that are none.
  tally.take(came(1));
  tally.excuse({ strand: '', from: 2, to: 5, count: 4 });
  tally.take(came(5, { sequence: 6 }));
  assert.deepEqual([tally.count(5).told, tally.count(5).lost], [3, 0], 'before, there is room for all');
  assert.equal(tally.takeKept({ sequence: 2, number: 2, subject: 'a' }), true);
  assert.equal(tally.takeKept({ sequence: 3, number: undefined, subject: 'a' }), true);
  assert.equal(tally.takeKept({ sequence: 4, number: 4, subject: 'a' }), true);
  const { told, lost, firstLost } = tally.count(5, 'replays');
  assert.deepEqual({ told, lost, firstLost }, { told: 2, lost: 1, firstLost: 3 });
});

test('what is kept of another strand than the one that was told excuses nothing', () => {
  const other = Array.from({ length: 99 }, (_, index) => `c${index}`).find((each) => strandOf(each, 2) === 0) ?? '';
  const tally = createTally();
  tally.excuse({ strand: '1/2', from: 1, to: 3, count: 1 });
  assert.equal(tally.takeKept({ sequence: 2, number: 1, subject: other }), false);
  assert.equal(tally.count(1, 'replays').lost, 1);
});

test('a copy is kept of what came all the same: that is no loss, and excuses nothing', () => {
  const tally = createTally();
  tally.take(came(1));
  assert.equal(tally.takeKept({ sequence: 1, number: 1, subject: 'a' }), true);
  assert.equal(tally.takeKept({ sequence: 2, number: 2, subject: 'a' }), false);
  assert.deepEqual([tally.count(2, 'replays').told, tally.count(2, 'replays').lost], [0, 1]);
});

test('what a notice names and comes all the same is dropped as a repeat, by whoever keeps their place', () => {
  const tally = createTally();
  tally.excuse({ strand: '', from: 1, to: 2, count: 2 });
  tally.take(came(3));
  tally.take(came(2, { isRepeat: true }));
  assert.deepEqual(tally.count(3), { ...clean, received: 1, repeats: 1, told: 2 });
  tally.takeKept({ sequence: 1, number: 1, subject: 'a' });
  assert.deepEqual(tally.count(3, 'replays'), { ...clean, received: 1, repeats: 1, told: 2 });
});

test('what is new and stands where the receiver has been is out of order: it would have been dropped', () => {
  const tally = createTally();
  tally.take(came(1));
  tally.take(came(2, { isRepeat: true }));
  assert.equal(tally.count(2).outOfOrder, 1);
});

test('a notice of a strand tells of as many as it counts, not of the others between its ends', () => {
  const tally = createTally();
  tally.excuse({ strand: '0/2', from: 1, to: 3, count: 2 });
  assert.deepEqual([tally.count(3).told, tally.count(3).lost], [2, 1]);
  tally.take(came(2, { subject: 'b', isInStrand: true }));
  assert.deepEqual(tally.count(3), { ...clean, received: 1, told: 2 });
});

test('of strands each conversation is in order by itself; what has no strand comes after everything', () => {
  const tally = createTally();
  const inStrand = (number: number, subject: string) => tally.take(came(number, { subject, isInStrand: true }));
  inStrand(2, 'b');
  inStrand(1, 'a');
  inStrand(4, 'a');
  inStrand(3, 'b');
  assert.equal(tally.count(4).outOfOrder, 0);
  inStrand(6, 'a');
  tally.take(came(5));
  assert.equal(tally.count(6).outOfOrder, 1);
  inStrand(8, 'b');
  inStrand(7, 'b');
  assert.equal(tally.count(8).outOfOrder, 2);
});

test('the order of a conversation holds over a change from one stream to strands', () => {
  const tally = createTally();
  tally.take(came(2));
  tally.take(came(1, { isInStrand: true }));
  assert.equal(tally.count(2).outOfOrder, 1);
});

test('messages that were numbered in another order than they were written are out of order, in whatever strands they come', () => {
  const tally = createTally();
  tally.take(came(1, { sequence: 2, isInStrand: true }));
  tally.take(came(2, { sequence: 1, isInStrand: true, subject: 'b' }));
  assert.equal(tally.count(2).outOfOrder, 1);
});

test('received, lost, repeats and doubles add up to what was sent and what came, whatever the order', () => {
  const numbers = fc.array(fc.integer({ min: 1, max: 20 }), { maxLength: 60 });
  fc.assert(
    fc.property(numbers, (given) => {
      const { received, lost, repeats, doubled } = took(given, 20);
      assert.equal(received + lost, 20);
      assert.equal(received + repeats + doubled, given.length);
      assert.equal(received, new Set(given).size);
    }),
  );
});
