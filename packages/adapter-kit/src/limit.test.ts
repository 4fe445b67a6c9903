import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createLimit } from './limit.ts';

test('five at once go, the sixth is told how long to wait, and goes then', () => {
  const limit = createLimit(5, 60);
  for (let frame = 0; frame < 5; frame += 1) assert.equal(limit.take('v', 0), 0);
  assert.equal(limit.take('v', 0), 1_000);
  assert.equal(limit.take('v', 400), 600);
  assert.equal(limit.take('v', 1_000), 0);
});

test('one visitor costs another nothing', () => {
  const limit = createLimit(1, 60);
  assert.equal(limit.take('a', 0), 0);
  assert.ok(limit.take('a', 0) > 0);
  assert.equal(limit.take('b', 0), 0);
});
