import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createTokenBucket } from './token-bucket.ts';

test('a burst passes at once, then one by one at the pace', () => {
  const bucket = createTokenBucket({ perSecond: 2, burst: 3 });
  const madeAt: number[] = [];
  let nowMs = 1_000;
  while (madeAt.length < 6) {
    nowMs = Math.max(nowMs, bucket.readyAtMs(nowMs));
    bucket.take(nowMs);
    madeAt.push(nowMs);
  }
  assert.deepEqual(madeAt, [1_000, 1_000, 1_000, 1_500, 2_000, 2_500]);
});

test('a pause holds whatever tokens there are, is never shortened and can be ended', () => {
  const bucket = createTokenBucket({ perSecond: 30, burst: 30 });
  bucket.pauseUntil(5_000);
  bucket.pauseUntil(3_000);
  assert.equal(bucket.readyAtMs(1_000), 5_000);
  assert.equal(bucket.isIdle(1_000), false);
  bucket.resume();
  assert.equal(bucket.readyAtMs(1_000), 1_000);
});

test('without a limit nothing waits', () => {
  const bucket = createTokenBucket({ perSecond: 0, burst: 1 });
  for (let count = 0; count < 1_000; count += 1) bucket.take(1);
  assert.equal(bucket.readyAtMs(1), 1);
});

test('a clock that is set back by an hour stops neither the refill nor the end of a pause', () => {
  const bucket = createTokenBucket({ perSecond: 2, burst: 1 });
  const hourMs = 3_600_000;
  bucket.take(hourMs);
  bucket.pauseUntil(hourMs + 3_000);
  assert.equal(bucket.readyAtMs(0), 3_000);
  assert.equal(bucket.readyAtMs(3_000), 3_000);
  bucket.take(3_000);
  bucket.take(3_000);
  assert.equal(bucket.readyAtMs(3_000), 4_000);
});
