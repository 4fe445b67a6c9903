import assert from 'node:assert/strict';
import { test } from 'node:test';
import { appSecretProof } from '@trunkline/adapter-kit';
import { TemplatePart, TemplateState } from '@trunkline/contracts';
import { until } from '@trunkline/testkit';
import { connect, disconnect, identify } from './setup.ts';
import { probe } from './setup-health.ts';
import { accounts, authorizeUrl } from './setup-sign-in.ts';
import { templates } from './setup-templates.ts';
import { channelFor } from './testing/desk.ts';
import { startWorld, toolsFor } from './testing/world.ts';

const back = 'https://hub.example/oauth/callback';
const ask = { redirectUrl: back, state: 's1', codeChallenge: 'c1' };

test('to identify a page changes nothing there', async () => {
  await using world = await startWorld();
  const former = world.simulator.calls.length;
  assert.deepEqual(await identify(world.channel, toolsFor()), { accountId: '1020304050', accountName: 'Shop' });
  const methods = world.simulator.calls.slice(former).map(({ method }) => method);
  assert.deepEqual(methods, ['GET']);
});

test('connecting answers the handshake in its middle, has the page call, and reads both back', async () => {
  await using world = await startWorld();
  const connected = await connect(world.channel, world.hook.url, toolsFor());
  assert.equal(
    connected.hookUrl,
    new URL('app-774411220033', world.hook.url).href,
    'an app has one address for all pages',
  );
  assert.equal(connected.deepLink, 'https://m.me/1020304050?ref=');
  assert.deepEqual(world.simulator.page.profile.get_started, { payload: 'GET_STARTED' });
  assert.deepEqual(connected.warnings, [
    'Without the right "pages_read_user_content" comments cannot be read.',
    'Without the right "pages_manage_engagement" comments cannot be answered.',
  ]);
});

test('every call proves that we know the app secret; another app’s secret is seen at once', async () => {
  await using world = await startWorld({ page: { needsProof: true } });
  const { token, appSecret } = world.simulator.page;
  const proofs = world.simulator.calls.map(({ fields }) => fields.appsecret_proof);
  assert.ok(proofs.includes(appSecretProof(token, appSecret)));
  assert.ok(proofs.every((proof) => typeof proof === 'string'));
  const wrong = channelFor(world.simulator.url, { token, appSecret: 'of another app' });
  const words = { code: 'auth_revoked', message: "The app secret is not the one of the token's app." };
  await assert.rejects(identify(wrong, toolsFor()), words);
});

test('a page that the platform has given up is subscribed again, and a stolen hook is seen', async () => {
  await using world = await startWorld();
  const ok = { state: 'ok', reason: '' };
  assert.deepEqual(await probe(world.channel, world.hook.url, toolsFor()), ok);
  world.simulator.unsubscribe();
  assert.deepEqual(await probe(world.channel, world.hook.url, toolsFor()), ok);
  assert.ok(world.simulator.page.subscribed?.includes('feed'));
  world.simulator.page.hook = { url: 'https://thief.example/', verifyToken: 'x' };
  assert.equal((await probe(world.channel, world.hook.url, toolsFor())).state, 'degraded');
  await connect(world.channel, world.hook.url, toolsFor());
  assert.deepEqual(await probe(world.channel, world.hook.url, toolsFor()), ok, 'and is written again');
});

test('a token that no longer works asks for signing in; a page that broke rules is banned', async () => {
  await using world = await startWorld();
  world.simulator.fail({ kind: 'refusal', code: 368 });
  assert.equal((await probe(world.channel, undefined, toolsFor())).state, 'banned');
  world.simulator.revokeToken();
  assert.equal((await probe(world.channel, undefined, toolsFor())).state, 'needs_sign_in');
});

test('a token that ends, and a right that was taken away, are told', async () => {
  const answering = (data: object) => {
    const answers: Readonly<Record<string, object>> = { debug_token: { data }, me: { id: '1', name: 'Shop' } };
    const fetch = async (address: string) => {
      const text = JSON.stringify(answers[new URL(address).pathname.split('/').at(-1) ?? ''] ?? { data: [] });
      return { status: 200, headers: {}, stream: [] as never, text: async () => text };
    };
    return { ...toolsFor(), fetch };
  };
  const both = ['pages_messaging', 'pages_manage_metadata'];
  const ending = await probe(channelFor(), undefined, answering({ expires_at: 1_782_900_000, scopes: both }));
  assert.deepEqual(ending, { state: 'ok', reason: '', tokenEndsAtMs: 1_782_900_000_000 });
  const refused = await probe(channelFor(), undefined, answering({ expires_at: 0, scopes: ['pages_messaging'] }));
  assert.equal(refused.state, 'degraded');
  assert.match(refused.reason, /pages_manage_metadata/);
});

test('a disconnected page calls nobody; the hook of the app stays for its other pages', async () => {
  await using world = await startWorld();
  await disconnect(world.channel, toolsFor());
  assert.equal(world.simulator.page.subscribed, undefined);
  assert.ok(world.simulator.page.hook !== undefined);
  const { hookUrl, warnings = [] } = await connect(world.channel, undefined, toolsFor());
  assert.equal(hookUrl, '');
  assert.match(warnings.join(' '), /public address/);
});

test('a person lets the app in and chooses pages: each becomes a channel with a token of its own', async () => {
  await using world = await startWorld();
  const { id, token } = world.simulator.page;
  const address = `${authorizeUrl(ask, world.channel)}&decision=allow&choice=${id}`;
  const { headers } = await fetch(address, { redirect: 'manual' });
  const query = Object.fromEntries(new URL(headers.get('location') ?? '').searchParams);
  assert.equal(query.state, 's1');
  const [page] = await accounts({ redirectUrl: back, codeVerifier: 'v', query }, world.channel, toolsFor());
  assert.deepEqual([page?.accountId, page?.accountName, page?.secrets], [id, 'Shop', { token }]);
  assert.match(page?.warning ?? '', /comments cannot be answered/);
});

test('who does not let the app in, and a code that is not valid, are told in words', async () => {
  await using world = await startWorld();
  const { headers } = await fetch(`${authorizeUrl(ask, world.channel)}&decision=deny`, { redirect: 'manual' });
  const query = Object.fromEntries(new URL(headers.get('location') ?? '').searchParams);
  const denied = accounts({ redirectUrl: back, codeVerifier: 'v', query }, world.channel, toolsFor());
  await assert.rejects(denied, { code: 'permission', message: 'Facebook did not let the app in: Permissions error' });
  const answer = { redirectUrl: back, codeVerifier: 'v', query: { code: 'guessed' } };
  await assert.rejects(accounts(answer, world.channel, toolsFor()), { code: 'auth_revoked' });
});

test('utility templates are listed with their gaps and states, over all pages, and their news are told', async () => {
  await using world = await startWorld();
  const buttons = [
    { type: 'URL', text: 'Look', url: 'https://shop.example/{{1}}' },
    { type: 'POSTBACK', text: 'Track', payload: 'track_{{2}}' },
    { type: 'POSTBACK', text: 'Later', payload: 'LATER' },
  ];
  const components = [
    { type: 'HEADER', format: 'TEXT', text: '{{kind}} update' },
    {
      ...{ type: 'BODY', text: 'Dear {{1}}, order {{2}} is ready' },
      example: { body_text: [['Anna', '17']] },
    },
    { type: 'BUTTONS', buttons },
  ];
  world.simulator.template({ name: 'order_ready', components });
  for (let number = 0; number < 120; number += 1) world.simulator.template({ name: `many_${number}` });
  world.simulator.judgeTemplate({ name: 'many_0', event: 'PAUSED' });
  const all = await templates(world.channel, toolsFor());
  assert.equal(all.length, 121);
  const found = all.find(({ name }) => name === 'order_ready');
  assert.deepEqual([found?.header, found?.buttons], ['{{kind}} update', ['Look', 'Track', 'Later']]);
  assert.deepEqual(
    found?.gaps.map(({ part, name, buttonIndex, example }) => [part, name, buttonIndex, example]),
    [
      [TemplatePart.TEMPLATE_PART_HEADER, 'kind', 0, ''],
      [TemplatePart.TEMPLATE_PART_BODY, '', 0, 'Anna'],
      [TemplatePart.TEMPLATE_PART_BODY, '', 0, '17'],
      [TemplatePart.TEMPLATE_PART_BUTTON, '', 0, ''],
      [TemplatePart.TEMPLATE_PART_BUTTON, '', 1, ''],
    ],
  );
  assert.equal(found?.state, TemplateState.TEMPLATE_STATE_APPROVED);
  assert.equal(all.find(({ name }) => name === 'many_0')?.state, TemplateState.TEMPLATE_STATE_PAUSED);
  const news = () => world.hook.events.flatMap(({ event }) => (event?.$case === 'template' ? event.value : []));
  await until(() =>
    news().some(({ name, state }) => name === 'many_0' && state === TemplateState.TEMPLATE_STATE_PAUSED),
  );
});

test('a page without the right to utility templates says so', async () => {
  await using world = await startWorld();
  const message = '(#200) Requires page_utility_messaging permission';
  world.simulator.fail({ kind: 'refusal', method: 'message_templates', code: 200, message });
  await assert.rejects(templates(world.channel, toolsFor()), { code: 'permission', message: /page_utility_messaging/ });
});
