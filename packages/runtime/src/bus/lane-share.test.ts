import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lanes } from '@trunkline/contracts';
import { laneShare, lanesToTake, laneToGiveBack, leftAloneOf, memberText } from './lane-share.ts';

const none = new Set<number>();
const shares: readonly [
  what: string,
  own: ReadonlySet<number>,
  others: readonly ReadonlySet<number>[],
  share: number,
][] = [
  ['one instance has all', none, [], 8],
  ['two have half each', none, [none], 4],
  ['of three each has a third, rounded up', none, [none, none], 3],
  ['what the other leaves alone is ours beside our part', none, [new Set([3])], 5],
  ['who leaves a lane alone has a part of the rest', new Set([3]), [none], 4],
  ['who leaves all alone has none', new Set(lanes), [none], 0],
  ['everything is ours when the other leaves all alone', none, [new Set(lanes)], 8],
  ['what two of three leave alone is the third one’s', none, [new Set([3]), new Set([3])], 4],
];

for (const [what, own, others, share] of shares)
  test(what, () => assert.equal(laneShare(lanes, own, others).share, share));

test('a lane that every other leaves alone is known, and one that some of them do', () => {
  const known = (own: ReadonlySet<number>, others: readonly ReadonlySet<number>[]) => {
    const { alone, avoided } = laneShare(lanes, own, others);
    return [[...alone], [...avoided]];
  };
  assert.deepEqual(known(none, [new Set([1, 3]), new Set([3])]), [[3], [1]]);
  assert.deepEqual(known(new Set([3]), [new Set([3])]), [[], []]);
});

const free = (...numbers: number[]) => numbers.map((lane) => ({ lane }));
const takenOf = (of: readonly { lane: number }[], others: readonly ReadonlySet<number>[], held: readonly number[]) =>
  lanesToTake(of, laneShare(lanes, none, others), new Set(held)).map(({ lane }) => lane);

test('what one of two others leaves alone is taken by whoever has its share, which then gives another lane back', () => {
  const others = [none, new Set([1, 7])];
  assert.deepEqual(takenOf(free(1, 7), others, [0, 2, 3]), [1, 7]);
  const allowed = laneShare(lanes, none, others);
  assert.equal(laneToGiveBack(allowed, new Set([0, 2, 3, 1, 7])), 3);
  assert.equal(laneToGiveBack(allowed, new Set([0, 1, 7])), undefined);
  assert.deepEqual(takenOf(free(3), others, [0, 2, 1, 7]), [], 'the lane that was given back is another one’s');
});

test('who has nothing to give back for it takes no more than its share of what others leave alone', () => {
  const others = [none, new Set(lanes)];
  assert.deepEqual(takenOf(free(4, 5), others, [0, 1, 2, 3]), []);
  assert.equal(laneToGiveBack(laneShare(lanes, none, others), new Set([0, 1, 2, 3, 4])), 4);
  assert.deepEqual(takenOf(free(4, 5), others, [0, 1]), [4, 5]);
});

test('an entry tells which lanes are left alone; that of an older version tells of none', () => {
  assert.deepEqual([...leftAloneOf(memberText('one', [3, 5]))], [3, 5]);
  assert.deepEqual([...leftAloneOf(memberText('one', []))], []);
  assert.equal(memberText('one', []), 'one');
});
