import assert from 'node:assert/strict';
import { test } from 'node:test';
import { idleOf } from './idle.ts';

test('what was used is told a second, without those who write and judge', () => {
  const used = new Map([
    ['nats', 40_000],
    ['delivery-1', 20_000],
    ['judge', 90_000],
  ]);
  const { totalMs, byProcess } = idleOf(used, 20_000);
  assert.equal(totalMs, 3);
  assert.deepEqual(
    [...byProcess],
    [
      ['nats', 2],
      ['delivery-1', 1],
    ],
  );
});
