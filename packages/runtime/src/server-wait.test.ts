import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TrunklineError } from './errors.ts';
import { untilAnswered } from './server-wait.ts';

const away = new TrunklineError('unavailable', 'away');
const running = new AbortController().signal;

/** Fails so often, then answers. */
function failing(times: number, error: Error = away) {
  let calls = 0;
  const call = async () => {
    calls += 1;
    if (calls <= times) throw error;
    return calls;
  };
  return { call, calls: () => calls };
}

test('a server that is away is called until it answers, and it is told once', async () => {
  const told: unknown[] = [];
  assert.equal(await untilAnswered(failing(3).call, { signal: running, onWaiting: (error) => told.push(error) }), 4);
  assert.deepEqual(told, [away]);
});

test('what the next try would bring again passes through at once', async () => {
  const { call, calls } = failing(1, new TrunklineError('permission_denied', 'no'));
  await assert.rejects(untilAnswered(call, { signal: running }), { code: 'permission_denied' });
  assert.equal(calls(), 1);
});

test('the signal ends the waiting at once, with what was waited for', { timeout: 5_000 }, async () => {
  const stop = new AbortController();
  const { call, calls } = failing(Number.POSITIVE_INFINITY);
  const waiting = untilAnswered(call, { signal: stop.signal, onWaiting: () => stop.abort() });
  await assert.rejects(waiting, away);
  assert.ok(calls() <= 2);
});

test('the limit ends the waiting', async () => {
  await assert.rejects(untilAnswered(failing(Number.POSITIVE_INFINITY).call, { signal: running, limitMs: 50 }), away);
});
