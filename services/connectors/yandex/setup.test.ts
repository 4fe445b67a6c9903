import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fetchOf, jsonOf, type PlatformRequest, until } from '@trunkline/testkit';
import { parse } from './parse.ts';
import { poll } from './poll.ts';
import { connect, disconnect, identify, probe } from './setup.ts';
import { channelFor } from './testing/desk.ts';
import { startWorld } from './testing/world.ts';
import { verify } from './verify.ts';

const call = { ...{ method: 'POST', query: {}, headers: {}, receivedAtMs: 0 }, body: new Uint8Array() };

test('to identify an account changes nothing there', async () => {
  await using world = await startWorld();
  world.simulator.bot.hook = 'https://elsewhere.example/';
  const { id, name } = world.simulator.bot;
  assert.deepEqual(await identify(world.channel(), world.tools()), { accountId: id, accountName: name });
  assert.equal(world.simulator.bot.hook, 'https://elsewhere.example/');
});

test('connecting writes a hook at a secret address, reads it back, and tells the secret to nobody', async () => {
  await using world = await startWorld();
  const { secrets, ...told } = await world.connect();
  const secret = secrets?.hookSecret ?? '';
  assert.equal(world.simulator.bot.hook, `${world.hook.url}/${secret}`);
  assert.ok(secret.length > 40 && !JSON.stringify(told).includes(secret));
  const { id: accountId, name: accountName } = world.simulator.bot;
  assert.deepEqual(told, { accountId, accountName, hookUrl: world.hook.url, warnings: [] });
  assert.equal((await world.connect()).secrets?.hookSecret, secret, 'written again it stays');
  assert.equal(verify({ ...call, path: `/${secret}` }, world.channel()), true);
  const withoutSecret = channelFor(world.simulator.url, world.simulator.bot.token);
  assert.equal(verify({ ...call, path: '/' }, withoutSecret), false, 'without a secret nothing is let in');
});

test('without a public address the hook is taken away', async () => {
  await using world = await startWorld();
  await world.connect();
  const { hookUrl, warnings } = await connect(world.channel(), undefined, world.tools());
  assert.deepEqual([hookUrl, warnings, world.simulator.bot.hook], ['', [], undefined]);
  await world.connect();
  await disconnect(world.channel(), world.tools());
  assert.equal(world.simulator.bot.hook, undefined);
});

test('a probe sees a stolen hook, a lost one, and a token that was revoked', async () => {
  await using world = await startWorld();
  await world.connect();
  const look = () => probe(world.channel(), world.hook.url, world.tools());
  assert.deepEqual(await look(), { state: 'ok', reason: '' });
  world.simulator.bot.hook = 'https://elsewhere.example/';
  assert.match((await look()).reason, /Another program/);
  world.simulator.bot.hook = undefined;
  assert.match((await look()).reason, /write it again/);
  world.simulator.revokeToken();
  assert.equal((await look()).state, 'needs_sign_in');
});

test('a token that has not the form of one is refused before any call', async () => {
  await using world = await startWorld();
  await assert.rejects(identify(channelFor(world.simulator.url, 'a\r\nx: y'), world.tools()), { code: 'auth_revoked' });
  assert.equal(world.simulator.calls.length, 0);
});

test('without a hook updates are fetched in order, each portion confirmed by the question after it', async () => {
  await using world = await startWorld();
  const write = (text: string) => world.simulator.write({ from: world.anna.id, text });
  write('one');
  write('two');
  const seen: string[] = [];
  for await (const fetched of poll(world.channel(), world.tools())) {
    seen.push(...parse(fetched, world.channel()).map(({ dedupeKey }) => dedupeKey));
    if (seen.length === 2) write('three');
    if (seen.length === 3) break;
  }
  const first = world.simulator.bot.lastUpdateId - 2;
  assert.deepEqual(
    seen,
    [0, 1, 2].map((number) => `update:${first + number}`),
  );
  const offsets = world.simulator.calls.map(({ fields }) => fields.offset);
  assert.deepEqual(offsets.map(Number), [Number.NaN, first + 2]);
});

test('an update without a number holds up nothing', async () => {
  await using world = await startWorld();
  const asked: PlatformRequest[] = [];
  const updates = [{ text: 'nobody knows' }, { update_id: 7 }];
  const fetch = fetchOf(() => ({ status: 200, body: { ok: true, updates } }), asked);
  let seen = 0;
  for await (const _ of poll(world.channel(), world.tools({ fetch }))) {
    seen += 1;
    if (seen === 3) break;
  }
  assert.deepEqual(await Promise.all(asked.map(jsonOf)), [{ limit: 100 }, { limit: 100, offset: 8 }]);
});

test('polling ends with its signal while it pauses, and with a token that was revoked', async () => {
  await using world = await startWorld();
  const end = new AbortController();
  const polling = poll(world.channel(), world.tools({ signal: end.signal })).next();
  await until(() => world.simulator.calls.length === 1);
  end.abort();
  assert.equal((await polling).done, true);
  world.simulator.revokeToken();
  await assert.rejects(poll(world.channel(), world.tools()).next(), { code: 'auth_revoked' });
});
