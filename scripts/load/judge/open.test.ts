import assert from 'node:assert/strict';
import { test } from 'node:test';
import { markedText, markIn } from '../mark.ts';
import { createLatencies } from './latency.ts';
import { openerOf } from './open.ts';

test('a mistyped licence key is refused', () => {
  assert.throws(() => openerOf(`tlk_${'A'.repeat(48)}`), /mistyped/);
});

test('a mark is read back from its text, however long it is', () => {
  const mark = { portal: 'p12', number: 34, atMs: 1_700_000_000_000 };
  for (const characters of [0, 64, 1_024]) assert.deepEqual(markIn(markedText(mark, characters)), mark);
  assert.equal(markedText(mark, 1_024).length, 1_024);
  assert.equal(markIn('a text like any other'), undefined);
});

test('percentiles are of all times, and of those of each second', () => {
  const latencies = createLatencies();
  for (let ms = 1; ms <= 100; ms += 1) latencies.add(1_000 + (ms > 50 ? 1_000 : 0), ms);
  const { count, p50Ms, p99Ms, seconds } = latencies.summary();
  assert.deepEqual({ count, p50Ms, p99Ms }, { count: 100, p50Ms: 51, p99Ms: 100 });
  assert.deepEqual(
    seconds.map(({ second, count: delivered, p50Ms: middle }) => [second, delivered, middle]),
    [
      [0, 50, 26],
      [1, 50, 76],
    ],
  );
});
