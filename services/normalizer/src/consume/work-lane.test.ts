import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pause, wellAfterMs } from '@trunkline/runtime';
import { workLane } from './work-lane.ts';

test('a worker that ran well before it failed is soon there again, however often that happened before', async (t) => {
  let nowMs = 0;
  t.mock.method(performance, 'now', () => nowMs);
  const startedAt: number[] = [];
  const end = new AbortController();
  const work = async () => {
    startedAt.push(Date.now());
    nowMs += wellAfterMs;
    throw new Error('the server went away');
  };
  const lease = { lane: 1, owner: 'test', signal: end.signal, wasReleased: true, confirmedAgoMs: () => 0 };
  const troubles = { failed: () => {}, stopped: () => {}, doorLeftOpen: () => {} };
  const directory = { onChange: () => () => {} };
  const working = workLane(lease, { workers: () => [{ name: 'one', work }], directory, troubles });
  // The fifth pause of one that fails again and again would be four seconds.
  for (let looks = 0; startedAt.length < 6; looks += 1) {
    assert.ok(looks < 60, `it was tried ${startedAt.length} times only`);
    await pause(50, end.signal);
  }
  end.abort();
  await working;
});
