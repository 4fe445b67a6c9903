import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lanes } from '@trunkline/contracts';
import { laneShare, leftAloneOf, memberText } from './lane-share.ts';

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

test('a lane that every other leaves alone is known', () => {
  assert.deepEqual([...laneShare(lanes, none, [new Set([1, 3]), new Set([3])]).alone], [3]);
  assert.deepEqual([...laneShare(lanes, new Set([3]), [new Set([3])]).alone], []);
});

test('an entry tells which lanes are left alone; that of an older version tells of none', () => {
  assert.deepEqual([...leftAloneOf(memberText('one', [3, 5]))], [3, 5]);
  assert.deepEqual([...leftAloneOf(memberText('one', []))], []);
  assert.equal(memberText('one', []), 'one');
});
