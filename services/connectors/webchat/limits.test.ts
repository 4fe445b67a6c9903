import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sessionLimit } from './limits.ts';

test('whoever opens sessions at many companies is stopped over all of them, and nobody else is', () => {
  const take = sessionLimit();
  const opened = Array.from({ length: 20 }, (_, channel) => channel).flatMap((channel) =>
    Array.from({ length: 20 }, () => take(`channel ${channel}`, '203.0.113.1', 0)),
  );
  assert.equal(opened.filter((waitMs) => waitMs === 0).length, 300);
  assert.equal(take('channel 0', '203.0.113.2', 0), 0);
  assert.equal(take('channel 30', '203.0.113.1', 60_000), 0, 'a minute later');
});
