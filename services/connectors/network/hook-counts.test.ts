import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createMemoryTools } from '@trunkline/testkit';
import { secondsToWait } from './hook-counts.ts';

test('calls that come at the same moment are counted one by one, and each writer for itself', async () => {
  const tools = createMemoryTools({ now: () => 1_800_000_000_000 });
  const count = (key: string) => secondsToWait({ key, most: 5 }, tools);
  const waits = await Promise.all(Array.from({ length: 15 }, () => count('calls:acme')));
  assert.equal(waits.filter((wait) => wait === 0).length, 5);
  assert.equal(await count('calls:other'), 0);
});
