import assert from 'node:assert/strict';
import { test } from 'node:test';
import { retryDelayMs } from './retry-schedule.ts';

test('a portal is tried again after 1, 5, 15, 30 s, 1, 2, then every 5 minutes, within a fifth', () => {
  const seconds = [1, 2, 3, 4, 5, 6, 7, 8, 50].map((failures) => retryDelayMs(failures, 0.5) / 1000);
  assert.deepEqual(seconds, [1, 5, 15, 30, 60, 120, 300, 300, 300]);
  assert.deepEqual([retryDelayMs(2, 0), retryDelayMs(2, 1)], [4_000, 6_000]);
});
