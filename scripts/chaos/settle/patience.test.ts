import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createPatience, stuckAfterMs } from './patience.ts';

const waits = { headSequence: '5', deliveredSequence: '3', waiting: '2' };
const at = (ms: number) => new Date(ms).toISOString();

test('a portal for which nothing waits, and one that gets on, are no finding', () => {
  const patience = createPatience();
  assert.equal(patience.look('p1', { headSequence: '5', deliveredSequence: '4', doneBeyond: '1' }, 0), 'empty');
  assert.equal(patience.look('p2', waits, 0), 'waits');
  assert.equal(patience.look('p2', { ...waits, deliveredSequence: '4', waiting: '1' }, stuckAfterMs), 'waits');
  assert.equal(patience.look('p2', { ...waits, deliveredSequence: '4', waiting: '1' }, stuckAfterMs + 1), 'waits');
  assert.deepEqual(patience.found, []);
});

test('one that waits without a next attempt to come is stuck after a while, and is told once', () => {
  const patience = createPatience();
  for (const nowMs of [0, stuckAfterMs, stuckAfterMs + 1, stuckAfterMs + 2]) patience.look('p1', waits, nowMs);
  assert.equal(patience.found.length, 1);
  assert.match(patience.found[0] ?? '', /p1 is stuck/);
});

test('so is one whose next attempt is long past', () => {
  const patience = createPatience();
  for (const nowMs of [10, stuckAfterMs + 11]) patience.look('p1', { ...waits, nextAttemptAt: at(5) }, nowMs);
  assert.match(patience.found.join(), /is stuck/);
});

test('one whose next attempt is due later may be hurried, and is not stuck', () => {
  const patience = createPatience();
  const backlog = { ...waits, nextAttemptAt: at(1_000_000) };
  assert.equal(patience.look('p1', backlog, 0), 'may be hurried');
  assert.equal(patience.look('p1', backlog, stuckAfterMs + 1), 'may be hurried');
  assert.deepEqual(patience.found, []);
});

test('one that is paused is found, whatever waits, and so is one that does not balance', () => {
  const patience = createPatience();
  patience.look('p1', { pauseReason: 'gap: events are missing' }, 0);
  patience.look('p2', { ...waits, headSequence: '6' }, 0);
  assert.match(patience.found.join('\n'), /p1 is paused: gap: events are missing\np2 does not balance/);
});
