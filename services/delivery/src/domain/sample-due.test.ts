import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isSampleDue } from './sample-due.ts';

const hourMs = 3_600_000;

for (const { what, lastAtMs, nowMs, isDue } of [
  { what: 'the first look', lastAtMs: 0, nowMs: hourMs, isDue: true },
  { what: 'a look soon after the last', lastAtMs: hourMs, nowMs: hourMs + 9_999, isDue: false },
  { what: 'a look ten seconds later', lastAtMs: hourMs, nowMs: hourMs + 10_000, isDue: true },
  { what: 'a look after the clock was set back', lastAtMs: 2 * hourMs, nowMs: hourMs, isDue: true },
]) {
  test(`${what} is ${isDue ? '' : 'not '}due`, () => {
    assert.equal(isSampleDue(lastAtMs, nowMs), isDue);
  });
}
