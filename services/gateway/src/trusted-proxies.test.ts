import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { startSurroundings } from './testing/surroundings.ts';

/** Whom a connector hears to be the caller of a call that came with such a header. */
async function callerHeard(t: TestContext, trusted: string, claimed: string) {
  const around = await startSurroundings({ TRUSTED_PROXIES: trusted });
  t.after(() => around[Symbol.asyncDispose]());
  const headers = { 'x-forwarded-for': claimed };
  await fetch(`${around.url}/hooks/telegram/c1`, { method: 'POST', body: '{}', headers });
  return around.hookCalls[0]?.headers['x-forwarded-for'];
}

test('behind a trusted proxy the caller is whom it names, and not whom the caller named before', async (t) => {
  assert.equal(await callerHeard(t, '10.0.0.0/8, 127.0.0.1', '6.6.6.6, 203.0.113.9'), '203.0.113.9');
});

test('what anybody else says of the caller counts for nothing', async (t) => {
  assert.equal(await callerHeard(t, '10.0.0.0/8', '203.0.113.9'), '127.0.0.1');
});
