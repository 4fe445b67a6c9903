import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Verdict } from '../../load/judge/main.ts';
import { excusedTooMuch } from './four-days.ts';

const verdictOf = (received: number, told: number) => {
  const own = { received, told, lost: 0, outOfOrder: 0, repeats: 0, doubled: 0, lastSequence: 0 };
  return { ...own, byPortal: { p3: own } } as unknown as Verdict;
};

test('no more may be told to have expired than waited when everything was killed', () => {
  assert.deepEqual(excusedTooMuch(verdictOf(9, 1), new Map([['p3', 1]])), []);
  assert.match(excusedTooMuch(verdictOf(8, 2), new Map([['p3', 1]])).join(), /2 messages to p3 .* 1 waited/);
});

test('most of what was written must have come, whatever was told of the rest', () => {
  assert.match(excusedTooMuch(verdictOf(1, 2), new Map()).join(), /only 1 of 3 messages came/);
});
