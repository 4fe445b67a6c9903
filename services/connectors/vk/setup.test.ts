import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Party } from '@trunkline/contracts';
import { until } from '@trunkline/testkit';
import { answer } from './hook.ts';
import { connect, disconnect, identify, introduce, probe } from './setup.ts';
import { accounts, authorizeUrl } from './setup-oauth.ts';
import { channelFor } from './testing/desk.ts';
import { startWorld } from './testing/world.ts';

type Simulator = Awaited<ReturnType<typeof startWorld>>['simulator'];

test('to identify an account changes nothing there, and brings what the handshake wants', async () => {
  await using world = await startWorld();
  const { community } = world.simulator;
  const { accountId, accountName, secrets } = await identify(world.channel, world.tools());
  assert.deepEqual([accountId, accountName], [String(community.id), community.name]);
  assert.equal(secrets?.confirmationCode, community.confirmationCode);
  assert.match(secrets?.hookSecret ?? '', /^[a-zA-Z0-9]{25,50}$/);
  assert.equal(community.servers.size, 0);
});

test('connecting adds a server that VK has confirmed, and asks for every kind but typing', async () => {
  await using world = await startWorld();
  const connected = await world.connect();
  const { community } = world.simulator;
  assert.equal(connected.hookUrl, world.hook.url);
  assert.equal(connected.deepLink, `https://vk.me/${community.screenName}?ref=`);
  const [server] = community.servers.values();
  assert.equal(server?.secret, world.secrets.hookSecret);
  const { message_new: isNew, message_typing_state: isTyping } = server?.settings ?? {};
  assert.deepEqual([isNew, isTyping], [true, false]);
});

test('a hook that is written again is one hook, with its secret, and leaves other programs theirs', async () => {
  await using world = await startWorld();
  const { community } = world.simulator;
  const other = { id: 1, url: 'https://other.example/', title: 'x', secret: '', status: 'ok', settings: {} } as const;
  community.servers.set(1, { ...other });
  await world.connect();
  const { hookSecret } = world.secrets;
  world.simulator.pauseServers();
  world.simulator.changeCode();
  await world.connect();
  assert.equal(world.secrets.hookSecret, hookSecret);
  assert.deepEqual(
    [...community.servers.values()].map(({ url }) => url),
    ['https://other.example/', world.hook.url],
  );
  await disconnect(world.channel, world.tools());
  assert.deepEqual([...community.servers.keys()], [1]);
});

test('a code that changed in the middle is fetched when VK asks for it; where VK does not say it, the last one is answered', async () => {
  await using world = await startWorld();
  const { simulator, channel, secrets, hook, tools } = world;
  simulator.fail({ kind: 'code_changes' });
  Object.assign(secrets, (await identify(channel, tools())).secrets);
  const former = secrets.confirmationCode;
  await connect(channel, hook.url, tools());
  await until(() => statuses(simulator).includes('ok'));
  assert.notEqual(simulator.community.confirmationCode, former);
  simulator.fail({ kind: 'server_error', method: 'groups.getCallbackConfirmationCode' });
  assert.equal(await asked(hook.url, simulator.community.id), former);
});

test('a handshake that anybody asks for asks VK once a second at most', async () => {
  await using world = await startWorld();
  await world.connect();
  const { simulator, channel, tools } = world;
  const body = Buffer.from(JSON.stringify({ type: 'confirmation', group_id: simulator.community.id }));
  const call = { method: 'POST', path: '', query: {}, headers: {}, body, receivedAtMs: 0 };
  const later = Date.now() + 3_600_000;
  const still = tools({ now: () => later });
  let times = 0;
  const fetch: typeof still.fetch = async (...args) => {
    times += 1;
    return await still.fetch(...args);
  };
  for (let turn = 0; turn < 5; turn += 1) await answer(call, channel, { ...still, fetch });
  assert.equal(times, 1);
});

test('a hook that cannot be written again goes on as it was; where VK takes no more, one of ours makes room', async () => {
  await using world = await startWorld();
  await world.connect();
  const { simulator, channel, hook, anna, tools } = world;
  simulator.fail({ kind: 'refusal', code: 100, method: 'groups.addCallbackServer' });
  await assert.rejects(connect(channel, hook.url, tools()));
  simulator.write({ from: anna.id, text: 'still there' });
  await until(() => hook.events.length > 0);
  const other = { url: 'https://other.example/', title: 'x', secret: '', status: 'ok', settings: {} } as const;
  for (let id = 2_001; id < 2_010; id += 1) simulator.community.servers.set(id, { ...other, id });
  await connect(channel, hook.url, tools());
  assert.equal(simulator.community.servers.size, 10);
  assert.equal((await probe(channel, hook.url, tools())).state, 'ok');
});

test('a probe sees a lost server, one that is paused, and a token that was revoked', async () => {
  await using world = await startWorld();
  await world.connect();
  const look = () => probe(world.channel, world.hook.url, world.tools());
  assert.deepEqual(await look(), { state: 'ok', reason: '' });
  world.simulator.pauseServers();
  assert.match((await look()).reason, /failed/);
  await disconnect(world.channel, world.tools());
  assert.match((await look()).reason, /does not call us any more/);
  world.simulator.revokeToken();
  assert.equal((await look()).state, 'needs_sign_in');
});

test('without a public address VK is asked for what it would call with', async () => {
  await using world = await startWorld();
  await connect(world.channel, undefined, world.tools());
  const { servers, pollSettings } = world.simulator.community;
  assert.deepEqual([servers.size, pollSettings.message_new], [0, true]);
  assert.deepEqual(await probe(world.channel, undefined, world.tools()), { state: 'ok', reason: '' });
});

test('a token that may not change the community connects all the same, and says what is to be done by hand', async () => {
  await using world = await startWorld();
  world.simulator.fail({ kind: 'refusal', code: 7, method: 'groups.setSettings' });
  const { warnings } = await world.connect();
  assert.match(warnings?.join() ?? '', /by hand/);
});

test('people and communities are asked for by their number', async () => {
  await using world = await startWorld();
  const ask = (platformId: string) => introduce(Party.create({ platformId }), world.channel, world.tools());
  const { displayName, firstName, alternativeIds } = await ask(String(world.anna.id));
  assert.deepEqual([displayName, firstName, alternativeIds], ['Anna K', 'Anna', { username: `id${world.anna.id}` }]);
  assert.equal((await ask(`-${world.simulator.community.id}`)).displayName, world.simulator.community.name);
  assert.equal((await ask('1')).displayName, '');
});

test('signing in at VK gives each community a token of its own; who refuses hears why', async () => {
  await using world = await startWorld();
  const { simulator, channel, tools } = world;
  const redirectUrl = 'https://hub.example/oauth/vk';
  const url = authorizeUrl({ redirectUrl, state: 's1', codeChallenge: 'c1' }, channel);
  const decide = async (decision: string) => {
    const answer = await fetch(`${url}&decision=${decision}`, { redirect: 'manual' });
    return Object.fromEntries(new URL(answer.headers.get('location') ?? '').searchParams);
  };
  const query = await decide('allow');
  assert.equal(query.state, 's1');
  const found = await accounts({ redirectUrl, codeVerifier: 'v1', query }, channel, tools());
  const { id, name, token } = simulator.community;
  assert.deepEqual(found, [{ accountId: String(id), accountName: name, secrets: { token } }]);
  const refused = accounts({ redirectUrl, codeVerifier: 'v1', query: await decide('deny') }, channel, tools());
  await assert.rejects(refused, { code: 'permission', message: /denied/ });
  const over = accounts({ redirectUrl, codeVerifier: 'v1', query: { code: 'old' } }, channel, tools());
  await assert.rejects(over, { code: 'auth_revoked' });
  const unset = channelFor(simulator.url, {});
  assert.throws(() => authorizeUrl({ redirectUrl, state: 's', codeChallenge: 'c' }, unset), {
    code: 'permission',
  });
});

function statuses({ community }: Simulator): string[] {
  return [...community.servers.values()].map(({ status }) => status);
}

async function asked(url: string, group_id: number): Promise<string> {
  const response = await fetch(url, { method: 'POST', body: JSON.stringify({ type: 'confirmation', group_id }) });
  return await response.text();
}
