import assert from 'node:assert/strict';
import { test } from 'node:test';
import { backoffMs, pause, timeLimit, unlessAborted } from './deadline.ts';

test('a time limit aborts with deadline_exceeded, and earlier with the reason of what aborted it', async () => {
  using limit = timeLimit(5);
  await assert.rejects(unlessAborted(new Promise(() => {}), limit.signal), { code: 'deadline_exceeded' });
  const outer = new AbortController();
  using inner = timeLimit(60_000, outer.signal, undefined);
  outer.abort(new Error('stopping'));
  await assert.rejects(unlessAborted(new Promise(() => {}), inner.signal), /stopping/);
  using late = timeLimit(60_000, outer.signal);
  assert.ok(late.signal.aborted);
});

test('what is done in time is given, and a disposed limit aborts no more', async () => {
  const outer = new AbortController();
  const limit = timeLimit(60_000, outer.signal);
  assert.equal(await unlessAborted(Promise.resolve(7), limit.signal), 7);
  limit[Symbol.dispose]();
  outer.abort();
  assert.ok(!limit.signal.aborted);
});

test('a pause ends at once when the signal aborts', async () => {
  await pause(60_000, AbortSignal.abort());
});

test('delays double up to the last, give or take a fifth', () => {
  const middle = [1, 2, 3, 4, 20].map((failures) => backoffMs(failures, 100, 1_000, 0.5));
  assert.deepEqual(middle, [100, 200, 400, 800, 1_000]);
  assert.equal(backoffMs(1, 100, 1_000, 0), 80);
  assert.equal(backoffMs(1, 100, 1_000, 1), 120);
});
