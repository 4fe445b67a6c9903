import assert from 'node:assert/strict';
import { test } from 'node:test';
import { until } from '@trunkline/testkit';
import { connect, identify, probe } from './setup.ts';
import { appId, channelFor } from './testing/desk.ts';
import { startWorld } from './testing/world.ts';

const hookUrl = 'https://hub.example/hooks/botframework/one';

test('to identify an account asks for a token', async () => {
  await using world = await startWorld();
  assert.deepEqual(await identify(world.channel, world.tools()), { accountId: appId, accountName: 'ShopBot' });
  const wrong = channelFor({ clientSecret: 'guessed' }, world.channel.settings);
  await assert.rejects(identify(wrong, world.tools()), { code: 'auth_revoked', platformCode: 'invalid_client' });
});

test('connecting gives the address to enter by hand, and keeps a token', async () => {
  await using world = await startWorld();
  const { secrets, ...told } = await connect(world.channel, hookUrl, world.tools());
  assert.match(secrets?.accessToken ?? '', /^simulated\./);
  assert.ok(Number(secrets?.accessTokenEndsAtMs) > Date.now());
  assert.deepEqual(told, {
    ...{ accountId: appId, accountName: 'ShopBot', hookUrl },
    deepLink: `https://teams.microsoft.com/l/chat/0/0?users=28:${appId}`,
    warnings: [`Enter ${hookUrl} as the messaging endpoint of the bot, in the Azure portal under Configuration.`],
  });
  const { hookUrl: none, warnings } = await connect(world.channel, undefined, world.tools());
  assert.equal(none, '');
  assert.match(warnings?.join() ?? '', /nothing comes in/);
});

test('a probe says so until the service has called, and renews a token that ends soon', async () => {
  let now = Date.now();
  await using world = await startWorld({ now: () => now });
  const look = () => probe(world.channel, hookUrl, world.tools());
  const first = await look();
  assert.match(first.reason, /has not called yet/);
  Object.assign(world.secrets, first.secrets);
  world.simulator.write({ from: world.anna.id, text: 'hello' });
  await until(() => world.hook.events.length === 1);
  assert.deepEqual(await look(), { state: 'ok', reason: '' }, 'the token is good for an hour');
  now += 50 * 60_000;
  const { secrets, ...health } = await look();
  assert.deepEqual(health, { state: 'ok', reason: '' });
  assert.notEqual(secrets?.accessToken, world.secrets.accessToken);
  world.simulator.revokeToken();
  assert.equal((await look()).state, 'needs_sign_in');
});
