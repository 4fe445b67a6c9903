import assert from 'node:assert/strict';
import { test } from 'node:test';
import { connect, disconnect, identify, probe } from './setup.ts';
import { channelFor } from './testing/desk.ts';
import { startWorld } from './testing/world.ts';

test('to identify an account changes nothing there', async () => {
  await using world = await startWorld();
  const { simulator, channel, tools } = world;
  assert.deepEqual(await identify(channel, tools()), { accountId: simulator.account.id, accountName: 'Shop' });
  assert.equal(simulator.account.hook, undefined);
});

test('connecting writes a hook that works, asks for every kind, and reads it back', async () => {
  await using world = await startWorld();
  const connected = await world.connect();
  assert.deepEqual([connected.hookUrl, connected.warnings], [world.hook.url, []]);
  assert.equal(connected.deepLink, 'viber://pa?chatURI=trunklineshop&context=');
  assert.equal(world.simulator.account.hook?.events.length, 6);
  assert.deepEqual(await world.connect(), connected, 'and may be repeated');
});

test('an address that does not answer is no hook, and a hook that refuses is none either', async () => {
  await using world = await startWorld();
  const nowhere = connect(world.channel, 'http://127.0.0.1:9/hooks/viber/one', world.tools());
  await assert.rejects(nowhere, { code: 'permission', platformCode: '1' });
  world.hook.refusals.push(503);
  await assert.rejects(world.connect(), { code: 'permission' });
});

test('without a public address the hook is taken away, and that is said', async () => {
  await using world = await startWorld();
  await world.connect();
  const connected = await connect(world.channel, undefined, world.tools());
  assert.match(connected.warnings?.join() ?? '', /without a public address/);
  assert.equal(world.simulator.account.hook, undefined);
  await world.connect();
  await disconnect(world.channel, world.tools());
  assert.equal(world.simulator.account.hook, undefined);
});

test('a probe sees a stolen hook, a lost one, a token that was revoked, and an account that is blocked', async () => {
  await using world = await startWorld();
  const { simulator, channel, hook, tools } = world;
  await world.connect();
  const look = (url = hook.url) => probe(channel, url, tools());
  assert.deepEqual(await look(), { state: 'ok', reason: '' });
  assert.match((await look('https://hub.example/another')).reason, /Another program/);
  await disconnect(channel, tools());
  assert.match((await look()).reason, /write it again/);
  simulator.fail({ kind: 'refusal', code: 'publicAccountBlocked' });
  assert.equal((await look()).state, 'banned');
  simulator.revokeToken();
  assert.equal((await look()).state, 'needs_sign_in');
});

test('a token that has not the form of one is refused before any call', async () => {
  await using world = await startWorld();
  const channel = channelFor(world.simulator.url, 'a\r\nx: y');
  await assert.rejects(identify(channel, world.tools()), { code: 'auth_revoked' });
  assert.equal(world.simulator.calls.length, 0);
});
