import assert from 'node:assert/strict';
import { test } from 'node:test';
import { connect, disconnect, identify, probe } from './setup.ts';
import { startBot } from './testing/bot.ts';
import { channelFor, toolsFor } from './testing/desk.ts';

/** Nobody listens there. */
const hookUrl = 'http://127.0.0.1:9/hooks/telegram/one';

test('to identify an account changes nothing there', async () => {
  await using bot = await startBot();
  const account = await identify(bot.channel, toolsFor());
  assert.deepEqual(account, { accountId: '700100', accountName: '@trunkline_bot' });
  assert.deepEqual(
    bot.simulator.callsOf().map(({ method }) => method),
    ['getMe'],
  );
});

test('connecting writes the hook with a secret, one call at a time and every kind by name, and reads it back', async () => {
  await using bot = await startBot();
  const connected = await connect(bot.channel, hookUrl, toolsFor());
  assert.equal(connected.hookUrl, hookUrl);
  assert.equal(connected.deepLink, 'https://t.me/trunkline_bot?start=');
  assert.match(connected.secrets?.hookSecret ?? '', /^[\w-]{43}$/);
  assert.match(connected.warnings?.join() ?? '', /privacy mode/);
  const hook = bot.simulator.state.hook;
  assert.deepEqual([hook?.secret, hook?.maxConnections], [connected.secrets?.hookSecret, 1]);
  assert.ok(hook?.allowedUpdates?.includes('message_reaction') && hook.allowedUpdates.includes('chat_member'));
});

test('a hook that is written again keeps its secret; a busy bot takes several calls at once', async () => {
  await using bot = await startBot();
  const channel = channelFor(bot.simulator.url, bot.simulator.token, 'kept-secret');
  const busy = { ...channel, settings: { ...channel.settings, isBusy: true } };
  const connected = await connect(busy, hookUrl, toolsFor());
  assert.equal(connected.secrets?.hookSecret, 'kept-secret');
  assert.equal(bot.simulator.state.hook?.maxConnections, 40);
});

test('without a public address the hook is taken away, and what waits stays', async () => {
  await using bot = await startBot();
  await connect(bot.channel, hookUrl, toolsFor());
  const connected = await connect(bot.channel, undefined, toolsFor());
  assert.equal(connected.hookUrl, '');
  assert.equal(bot.simulator.state.hook, undefined);
  assert.ok(bot.simulator.waitingUpdates() > 0);
});

test('disconnecting takes the hook away', async () => {
  await using bot = await startBot();
  await connect(bot.channel, hookUrl, toolsFor());
  await disconnect(bot.channel, toolsFor());
  assert.equal(bot.simulator.state.hook, undefined);
});

test('a probe sees a stolen hook, a hook that fails, and a token that was revoked', async () => {
  await using bot = await startBot();
  bot.simulator.state.updates.confirm(Number.MAX_SAFE_INTEGER);
  await connect(bot.channel, hookUrl, toolsFor());
  assert.deepEqual(await probe(bot.channel, hookUrl, toolsFor()), { state: 'ok', reason: '' });
  const elsewhere = await probe(bot.channel, 'https://hub.example/another', toolsFor());
  assert.match(elsewhere.reason, /Another program/);
  const { hook } = bot.simulator.state;
  assert.ok(hook);
  hook.lastErrorDate = Math.floor(Date.now() / 1_000);
  hook.lastErrorMessage = 'Wrong response from the webhook: 503 Service Unavailable';
  const failing = await probe(bot.channel, hookUrl, toolsFor());
  assert.deepEqual([failing.state, /503/.test(failing.reason)], ['degraded', true]);
  bot.simulator.revokeToken();
  assert.equal((await probe(bot.channel, hookUrl, toolsFor())).state, 'needs_sign_in');
});

test('a token that has not the form of one is refused before any call', async () => {
  await using bot = await startBot();
  const channel = channelFor(bot.simulator.url, '700100:../../etc');
  await assert.rejects(identify(channel, toolsFor()), { code: 'auth_revoked' });
});
