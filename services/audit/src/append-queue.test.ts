import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { createAppendQueue } from './append-queue.ts';

/** Writes that are answered when the test says so, and rests that end when it does: at once, unless it holds them. */
function heldWrites({ holdsRests = false } = {}) {
  const writes: { readonly items: readonly string[]; readonly done: PromiseWithResolvers<void> }[] = [];
  const rests: PromiseWithResolvers<void>[] = [];
  const write = (items: readonly string[]) => {
    const done = Promise.withResolvers<void>();
    writes.push({ items, done });
    return done.promise;
  };
  const rest = async () => {
    const held = Promise.withResolvers<void>();
    rests.push(held);
    if (holdsRests) await held.promise;
  };
  const limits = { sizeOf: (item: string) => item.length, mostBytes: 4, mostItems: 3, rest };
  return { writes, rests, queue: createAppendQueue(write, limits) };
}

test('one write is under way at a time, and what comes meanwhile goes together, up to the size', async () => {
  const { writes, queue } = heldWrites();
  const first = queue.append(['a']);
  const others = [queue.append(['bb']), queue.append(['c', 'd']), queue.append(['eee'])];
  assert.deepEqual(
    writes.map(({ items }) => items),
    [['a']],
  );
  writes[0]?.done.resolve();
  await first;
  await setImmediate();
  assert.deepEqual(writes[1]?.items, ['bb', 'c', 'd']);
  writes[1]?.done.resolve();
  await Promise.all(others.slice(0, 2));
  await setImmediate();
  assert.deepEqual(writes[2]?.items, ['eee']);
  writes[2]?.done.resolve();
  await others[2];
});

test('a write that fails is told to those who were in it, and the next goes on', async () => {
  const { writes, queue } = heldWrites();
  const first = queue.append(['a']);
  const second = queue.append(['b']);
  writes[0]?.done.reject(new Error('away'));
  await assert.rejects(first, /away/);
  await setImmediate();
  writes[1]?.done.resolve();
  await second;
  await setImmediate();
  const third = queue.append(['c']);
  writes[2]?.done.resolve();
  await third;
});

test('one that is larger than a write should be goes alone', async () => {
  const { writes, queue } = heldWrites();
  const large = queue.append(['too large']);
  assert.deepEqual(writes[0]?.items, ['too large']);
  writes[0]?.done.resolve();
  await large;
});

test('after a write it rests, so that the next carries more; what comes later goes at once', async () => {
  const { writes, rests, queue } = heldWrites({ holdsRests: true });
  const first = queue.append(['a']);
  writes[0]?.done.resolve();
  await first;
  const others = [queue.append(['b']), queue.append(['c'])];
  await setImmediate();
  assert.equal(writes.length, 1);
  rests[0]?.resolve();
  await setImmediate();
  assert.deepEqual(writes[1]?.items, ['b', 'c']);
  writes[1]?.done.resolve();
  await Promise.all(others);
  rests[1]?.resolve();
  await setImmediate();
  void queue.append(['d']);
  assert.deepEqual(writes[2]?.items, ['d']);
});

test('enough for a write ends its rest: by number, and by size', async () => {
  for (const enough of [['b', 'c', 'd'], ['bbbb']]) {
    const { writes, queue } = heldWrites({ holdsRests: true });
    const first = queue.append(['a']);
    writes[0]?.done.resolve();
    await first;
    void queue.append(enough);
    await setImmediate();
    assert.deepEqual(writes[1]?.items, enough);
  }
});

test('what was enough while a write was under way does not wait for a rest', async () => {
  const { writes, queue } = heldWrites({ holdsRests: true });
  void queue.append(['a']);
  void queue.append(['b', 'c', 'd']);
  writes[0]?.done.resolve();
  await setImmediate();
  assert.deepEqual(writes[1]?.items, ['b', 'c', 'd']);
});
