import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Directory } from '@trunkline/runtime';
import { createPatience } from './directory-view.ts';

test('a channel that did not come is not waited for again within a minute, however many strange ones come meanwhile', async () => {
  let nowMs = 0;
  let looks = 0;
  const connectors = () => {
    looks += 1;
    // The first looks of a wait use up its time.
    if (looks <= 3) nowMs += 600;
    return [];
  };
  const wait = createPatience({ connectors, channel: () => undefined } as unknown as Directory, () => nowMs);
  const isWaitedFor = async (...ids: readonly string[]) => {
    looks = 0;
    await wait(ids, new AbortController().signal);
    return looks > 0;
  };
  assert.equal(await isWaitedFor('lost'), true);
  assert.equal(await isWaitedFor('lost'), false);
  const strange = (count: number, name: string) => Array.from({ length: count }, (_, index) => `${name} ${index}`);
  await isWaitedFor(...strange(1_000, 'first'));
  await isWaitedFor(...strange(10, 'second'));
  assert.equal(await isWaitedFor(...strange(10, 'second')), false, 'those that came last are still known');
  assert.equal(await isWaitedFor('first 999', 'first 11'), false, 'and as many of the others as there is room for');
  nowMs += 60_000;
  assert.equal(await isWaitedFor('first 999'), true, 'after a minute');
});
