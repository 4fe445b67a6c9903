import assert from 'node:assert/strict';
import { test } from 'node:test';
import { afterDenial, type Denied } from './denied.ts';

const overMs = 60_000;

/** When an order is tried, in seconds, until it fails: each time it is refused, at once or late. */
function triesOf(lateMs = 0): number[] {
  const tries: number[] = [];
  for (let nowMs = 0, before: Denied | undefined; ; ) {
    tries.push(nowMs / 1_000);
    const after = afterDenial(before, nowMs, overMs);
    if (after.next === 'fail') return tries;
    before = after.denied;
    nowMs += after.delayMs + lateMs;
  }
}

test('an order that is refused alone is tried soon again, and fails after three refusals over a minute', () => {
  assert.deepEqual(triesOf(), [0, 5, 60]);
});

test('one that comes late to its second try still has a third', () => {
  assert.deepEqual(triesOf(200_000), [0, 205, 410]);
});
