import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createAppendQueue } from './append-queue.ts';

/** Writes that are answered when the test says so. */
function heldWrites() {
  const writes: { readonly items: readonly string[]; readonly done: PromiseWithResolvers<number[]> }[] = [];
  const write = (items: readonly string[]) => {
    const done = Promise.withResolvers<number[]>();
    writes.push({ items, done });
    return done.promise;
  };
  return { writes, queue: createAppendQueue(write, { sizeOf: (item: string) => item.length, mostBytes: 4 }) };
}

test('one write is under way at a time, and what comes meanwhile goes together, up to the size', async () => {
  const { writes, queue } = heldWrites();
  const first = queue.append(['a']);
  const others = [queue.append(['bb']), queue.append(['c', 'd']), queue.append(['eee'])];
  assert.deepEqual(
    writes.map(({ items }) => items),
    [['a']],
  );
  writes[0]?.done.resolve([10]);
  assert.deepEqual(await first, [10]);
  await Promise.resolve();
  assert.deepEqual(writes[1]?.items, ['bb', 'c', 'd']);
  writes[1]?.done.resolve([1, 2, 3]);
  assert.deepEqual(await Promise.all(others.slice(0, 2)), [[1], [2, 3]]);
  await Promise.resolve();
  assert.deepEqual(writes[2]?.items, ['eee']);
  writes[2]?.done.resolve([4]);
  assert.deepEqual(await others[2], [4]);
});

test('a write that fails is told to those who were in it, and the next goes on', async () => {
  const { writes, queue } = heldWrites();
  const first = queue.append(['a']);
  const second = queue.append(['b']);
  writes[0]?.done.reject(new Error('away'));
  await assert.rejects(first, /away/);
  await Promise.resolve();
  writes[1]?.done.resolve([0]);
  assert.deepEqual(await second, [0]);
  const third = queue.append(['c']);
  writes[2]?.done.resolve([1]);
  assert.deepEqual(await third, [1]);
});

test('one that is larger than a write should be goes alone', async () => {
  const { writes, queue } = heldWrites();
  const large = queue.append(['too large']);
  assert.deepEqual(writes[0]?.items, ['too large']);
  writes[0]?.done.resolve([0]);
  assert.deepEqual(await large, [0]);
});
