import assert from 'node:assert/strict';
import { test } from 'node:test';
import { appSecretProof } from '@trunkline/adapter-kit';
import { connect, disconnect, identify } from './setup.ts';
import { probe } from './setup-health.ts';
import { accounts, authorizeUrl } from './setup-sign-in.ts';
import { channelFor } from './testing/desk.ts';
import { startWorld } from './testing/world.ts';

const back = 'https://hub.example/oauth/callback';
const ask = { redirectUrl: back, state: 's1', codeChallenge: 'c1' };
const dayMs = 24 * 60 * 60_000;

test('to identify an account changes nothing there', async () => {
  await using world = await startWorld();
  const former = world.simulator.calls.length;
  const account = await identify(world.channel, world.toolsFor());
  assert.deepEqual(account, { accountId: '17841400000000000', accountName: 'trunkline_shop' });
  const methods = world.simulator.calls.slice(former).map(({ method }) => method);
  assert.deepEqual(methods, ['GET']);
});

test('connecting answers the handshake in its middle, has the account call, and reads both back', async () => {
  await using world = await startWorld();
  const connected = await connect(world.channel, world.hook.url, world.toolsFor());
  assert.equal(connected.hookUrl, new URL('app-990011223344', world.hook.url).href);
  assert.equal(connected.deepLink, 'https://ig.me/m/trunkline_shop?ref=');
  assert.deepEqual(connected.warnings, []);
  const { token, appSecret } = world.simulator.account;
  const proofs = world.simulator.calls.map(({ fields }) => fields.appsecret_proof);
  assert.ok(proofs.includes(appSecretProof(token, appSecret)));
});

test('where the app may not write its hook, a person is told what to paste where', async () => {
  await using world = await startWorld();
  world.simulator.fail({ kind: 'refusal', method: 'subscriptions', code: 10 });
  const { warnings = [], hookUrl } = await connect(world.channel, world.hook.url, world.toolsFor());
  assert.match(warnings.join(' '), /callback URL http\S+app-990011223344, verify token [0-9a-f]{64}/);
  assert.equal(hookUrl, new URL('app-990011223344', world.hook.url).href);
});

test('an account that the platform has given up is subscribed again, and a stolen hook is seen', async () => {
  await using world = await startWorld();
  const stateOf = async () => (await probe(world.channel, world.hook.url, world.toolsFor())).state;
  assert.equal(await stateOf(), 'ok');
  world.simulator.unsubscribe();
  assert.equal(await stateOf(), 'ok');
  assert.ok(world.simulator.account.subscribed?.includes('comments'));
  world.simulator.account.hook = { url: 'https://thief.example/', verifyToken: 'x' };
  assert.equal(await stateOf(), 'degraded');
  await connect(world.channel, world.hook.url, world.toolsFor());
  assert.equal(await stateOf(), 'ok', 'and is written again');
});

test('the token is renewed once a week, as soon as it is a day old, and its end is told', async () => {
  let nowMs = Date.now();
  const now = () => nowMs;
  await using world = await startWorld({ now });
  const { account } = world.simulator;
  const probed = () =>
    probe(
      channelFor(world.simulator.url, { token: account.token, appSecret: account.appSecret }),
      undefined,
      world.toolsFor({ now }),
    );
  assert.deepEqual(await probed(), { state: 'ok', reason: '' }, 'it is too young');
  nowMs += dayMs + 1;
  const renewed = await probed();
  assert.equal(renewed.secrets?.token, account.token);
  assert.notEqual(account.token, 'IGAA-simulated-token');
  assert.equal(renewed.tokenEndsAtMs, nowMs + 5_183_944_000);
  nowMs += 6 * dayMs;
  assert.equal((await probed()).secrets, undefined);
  nowMs += dayMs + 1;
  assert.equal((await probed()).secrets?.token, account.token);
  account.token = 'IGAA-of-a-new-sign-in';
  account.tokenMadeAtMs = nowMs;
  assert.deepEqual(await probed(), { state: 'ok', reason: '' }, 'nothing is known of a token that was just given');
});

test('a token that comes back the same is kept as it is', async () => {
  const token = 'IGAA-that-stays-the-same';
  const answers: Readonly<Record<string, object>> = {
    me: { user_id: '1', username: 'shop' },
    refresh_access_token: { access_token: token, expires_in: 100 },
  };
  await using world = await startWorld();
  const fetch = async (address: string) => {
    const text = JSON.stringify(answers[new URL(address).pathname.split('/').at(-1) ?? '']);
    return { status: 200, headers: {}, stream: [] as never, text: async () => text };
  };
  const channel = channelFor('https://graph.instagram.com', { token, appSecret: 'x' });
  assert.equal((await probe(channel, undefined, { ...world.toolsFor(), fetch })).secrets?.token, token);
});

test('edits are asked for, and everything else where the platform tells this app of none', async () => {
  await using world = await startWorld();
  const { account } = world.simulator;
  assert.ok(account.subscribed?.includes('message_edit'));
  world.simulator.fail({ kind: 'refusal', method: 'subscribed_apps', code: 100 });
  await connect(world.channel, world.hook.url, world.toolsFor());
  assert.deepEqual(
    [account.subscribed?.includes('message_edit'), account.subscribed?.includes('messages')],
    [false, true],
  );
});

test('a token that no longer works asks for signing in', async () => {
  await using world = await startWorld();
  world.simulator.revokeToken();
  assert.equal((await probe(world.channel, undefined, world.toolsFor())).state, 'needs_sign_in');
});

test('a disconnected account calls nobody; without an address only comments come in', async () => {
  await using world = await startWorld();
  await disconnect(world.channel, world.toolsFor());
  assert.equal(world.simulator.account.subscribed, undefined);
  const { hookUrl, warnings = [] } = await connect(world.channel, undefined, world.toolsFor());
  assert.equal(hookUrl, '');
  assert.match(warnings.join(' '), /only comments/);
});

test('a person lets the app in: the account becomes a channel; a right that was refused is told in words', async () => {
  await using world = await startWorld();
  const { id, token } = world.simulator.account;
  const address = `${authorizeUrl(ask, world.channel)}&decision=allow&choice=${id}`;
  const { headers } = await fetch(address, { redirect: 'manual' });
  const query = Object.fromEntries(new URL(headers.get('location') ?? '').searchParams);
  const answer = { redirectUrl: back, codeVerifier: 'v', query: { ...query, code: `${query.code}#_` } };
  const [account] = await accounts(answer, world.channel, world.toolsFor());
  assert.deepEqual([account?.accountId, account?.accountName], [id, 'trunkline_shop']);
  assert.deepEqual(account?.secrets, { token });
  assert.match(account?.warning ?? '', /comments can be neither read nor answered/);
});

test('who does not let the app in, and a code that is not valid, are told in words', async () => {
  await using world = await startWorld();
  const { headers } = await fetch(`${authorizeUrl(ask, world.channel)}&decision=deny`, { redirect: 'manual' });
  const query = Object.fromEntries(new URL(headers.get('location') ?? '').searchParams);
  const denied = accounts({ redirectUrl: back, codeVerifier: 'v', query }, world.channel, world.toolsFor());
  await assert.rejects(denied, { code: 'permission', message: /did not let the app in: The user denied/ });
  const answer = { redirectUrl: back, codeVerifier: 'v', query: { code: 'guessed' } };
  await assert.rejects(accounts(answer, world.channel, world.toolsFor()), { code: 'auth_revoked' });
});
