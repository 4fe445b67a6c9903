import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createLogger, createMetrics } from '@trunkline/runtime';
import { auditEvents } from './events.ts';

const health = { set: () => {}, reasons: new Map<string, string>(), isReady: true };
const log = createLogger({ service: 'audit', instance: 'one', level: 'silent' });

/** How far FACTS is behind, as the metric says at a moment. */
function measured() {
  let nowMs = 1_000_000;
  const metrics = createMetrics({ service: 'audit', measuresProcess: false });
  const events = auditEvents({ log, metrics, health, now: () => nowMs });
  const behindAt = async (atMs: number) => {
    nowMs = atMs;
    const once = new AbortController();
    const measuring = events.measure(['FACTS'], once.signal);
    once.abort();
    await measuring;
    return Number(/^trunkline_audit_behind_seconds\{stream="FACTS",.*\} (.+)$/m.exec(await metrics.text())?.[1]);
  };
  return { events, behindAt };
}

test('what cannot be recorded makes the stream older from moment to moment, until it is recorded', async () => {
  const { events, behindAt } = measured();
  assert.equal(await behindAt(1_000_000), 0);
  events.taken('FACTS', 3, 999_000);
  assert.equal(await behindAt(1_000_000), 1);
  events.taken('FACTS', 3, 999_000);
  assert.equal(await behindAt(1_060_000), 61);
  events.recorded('FACTS', 3, 7);
  assert.equal(await behindAt(1_060_000), 0);
});

test('the lane that is furthest behind counts, and only while it is ours', async () => {
  const { events, behindAt } = measured();
  events.taken('FACTS', 1, 990_000);
  events.taken('FACTS', 2, 970_000);
  assert.equal(await behindAt(1_000_000), 30);
  events.left(2);
  assert.equal(await behindAt(1_000_000), 10);
});
