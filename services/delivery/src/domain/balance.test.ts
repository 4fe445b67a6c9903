import assert from 'node:assert/strict';
import { test } from 'node:test';
import { imbalanceOf } from './balance.ts';

const even = {
  mode: 'live',
  headSequence: 9,
  sequence: 7,
  expired: 2,
  parked: 1,
  withheld: 0,
  skipped: 0,
  queue: [1, 2],
};

test('a portal balances when head = done + waiting, with what was given up within what is done', () => {
  for (const [what, changed, imbalance] of [
    ['even', {}, 0],
    ['an event that came is nowhere', { queue: [1] }, 1],
    ['an event stands twice in memory', { queue: [1, 2, 3] }, -1],
    ['more is done than there is', { headSequence: 5, queue: [] }, -2],
    ['more was given up than is done', { expired: 9, mode: 'drain' }, -3],
    ['more was skipped than is done', { skipped: 9, mode: 'drain' }, -5],
    ['what waits of a portal that is down is in the stream', { mode: 'drain', queue: [] }, 0],
  ] as const) {
    assert.equal(imbalanceOf({ ...even, ...changed }), imbalance, what);
  }
});
