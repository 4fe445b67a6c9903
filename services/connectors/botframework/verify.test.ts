import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ConnectorError, type RawCall } from '@trunkline/adapter-kit';
import { createMemoryState, createMemoryTools, fetchOf, type PlatformRequest } from '@trunkline/testkit';
import { channelFor } from './testing/desk.ts';
import { takenBy } from './testing/double.ts';
import { alsoGood, forged, genuine } from './testing/tokens.ts';
import { startWorld } from './testing/world.ts';
import { verify } from './verify.ts';

const channel = channelFor({});
const atMs = 1_782_900_124_000;
const hourMs = 60 * 60_000;
const place = { channelId: 'msteams', serviceUrl: 'https://smba.trafficmanager.net/emea/' };

function callWith(bearer: string, body: object = place): RawCall {
  const headers = { authorization: `Bearer ${bearer}` };
  return {
    ...{ method: 'POST', path: '', query: {}, headers, receivedAtMs: 0 },
    body: Buffer.from(JSON.stringify(body)),
  };
}

/** A service whose keys can be had, or not, and a clock. */
function given() {
  const clock = { now: atMs };
  const asked: PlatformRequest[] = [];
  const service = { isAway: false };
  const fetch = fetchOf((request) => (service.isAway ? 'unreachable' : takenBy(request)), asked);
  const tools = createMemoryTools({ fetch, now: () => clock.now, state: createMemoryState(() => clock.now) });
  const see = (bearer: string, body?: object) => verify(callWith(bearer, body), channel, tools);
  return { clock, asked, service, see };
}

test('a token of the service is good, with either spelling and five minutes of skew', async () => {
  const { see } = given();
  assert.equal(await see(genuine), true);
  for (const [name, bearer] of Object.entries(alsoGood)) assert.equal(await see(bearer), true, name);
});

for (const [wrong, bearer] of Object.entries(forged)) {
  test(`a token with ${wrong} is none`, async () => {
    assert.equal(await given().see(bearer), false);
  });
}

test('a token is good for its address and its channel alone, and for its own app', async () => {
  const { see } = given();
  assert.equal(await see(genuine, { ...place, serviceUrl: 'https://attacker.example/' }), false);
  assert.equal(await see(genuine, { ...place, serviceUrl: 'https://smba.trafficmanager.net/amer/' }), false);
  assert.equal(await see(genuine, { ...place, channelId: 'cortana' }), false);
  const another = channelFor({}, { appId: '00000000-0000-4000-8000-000000000000' });
  const tools = createMemoryTools({ fetch: fetchOf(takenBy), now: () => atMs });
  assert.equal(await verify(callWith(genuine), another, tools), false);
});

test('keys are asked for once a day, and for an unknown one once in five minutes at most', async () => {
  const { clock, asked, see } = given();
  const unknown = forged['an unknown key'] ?? '';
  const isPassing = (error: unknown) => error instanceof ConnectorError && error.code === 'transient';
  for (let times = 0; times < 5; times += 1) await see(genuine);
  assert.equal(asked.length, 2, 'where the keys are, and the keys');
  assert.equal(await see(unknown), false, 'the keys as they are now have it not');
  for (let times = 0; times < 5; times += 1)
    await assert.rejects(see(unknown), isPassing, 'it may be new since then: the platform is to call again');
  assert.equal(asked.length, 4);
  assert.equal(await see(genuine), true, 'known keys are good meanwhile');
  clock.now += 5 * 60_000;
  await see(unknown);
  assert.equal(asked.length, 6);
  clock.now += 24 * hourMs;
  assert.equal(await see(genuine), false, 'and the token is over by then');
  assert.equal(asked.length, 8);
});

test('a token that cannot be genuine makes nobody ask for keys', async () => {
  const { asked, see } = given();
  for (const bearer of [forged['another issuer'], forged['another app'], forged.unsigned, 'a.b.c', '']) {
    assert.equal(await see(bearer ?? ''), false);
  }
  assert.equal(asked.length, 0);
});

test('while keys cannot be had the platform is asked to call again; old ones stay good for days', async () => {
  const { clock, asked, service, see } = given();
  service.isAway = true;
  const isPassing = (error: unknown) => error instanceof ConnectorError && error.code === 'transient';
  await assert.rejects(see(genuine), isPassing);
  await assert.rejects(see(genuine), isPassing);
  assert.equal(asked.length, 1, 'and it is not asked at every call');
  service.isAway = false;
  clock.now += 31_000;
  assert.equal(await see(genuine), true);
  const good = given();
  await good.see(genuine);
  good.service.isAway = true;
  good.clock.now += 25 * hourMs;
  assert.equal(await good.see(genuine), false, 'over, but by a key that is still known');
});

test('the service takes another key, and its calls stay genuine', async () => {
  await using world = await startWorld();
  const { simulator, anna, hook } = world;
  simulator.write({ from: anna.id, text: 'one' });
  while (hook.events.length < 1) await new Promise(setImmediate);
  simulator.rotateKeys();
  simulator.write({ from: anna.id, text: 'two' });
  while (hook.events.length < 2) await new Promise(setImmediate);
  // The keys were asked for a moment ago: what is not among them may be newer still.
  const heard: Partial<Record<string, number>> = { nothing: 200, unknown_kid: 503 };
  for (const wrong of [
    'none',
    'key',
    'unknown_kid',
    'issuer',
    'audience',
    'expired',
    'not_yet',
    'service_url',
    'nothing',
  ] as const) {
    assert.equal(await simulator.forge({ from: anna.id, wrong }), heard[wrong] ?? 401, wrong);
  }
});
