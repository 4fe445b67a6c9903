import assert from 'node:assert/strict';
import { test } from 'node:test';
import { until } from '@trunkline/testkit';
import { understood } from './parse.ts';
import { divide } from './parse-divide.ts';
import { addressOf, connect, disconnect, identify } from './setup.ts';
import { probe } from './setup-health.ts';
import { templates } from './setup-templates.ts';
import type { Account } from './simulator/account.ts';
import { channelFor } from './testing/desk.ts';
import { startWorld, toolsFor } from './testing/world.ts';

test('to identify a number changes nothing there', async () => {
  await using world = await startWorld();
  const former = world.simulator.calls.length;
  const account = await identify(world.channel, toolsFor());
  assert.deepEqual(account, { accountId: '106540352242922', accountName: 'Shop (simulated) +1 555-078-3881' });
  assert.deepEqual(
    world.simulator.calls.slice(former).map(({ method }) => method),
    ['GET'],
  );
});

test('connecting answers the handshake in its middle, and reads back whom the account calls', async () => {
  await using world = await startWorld();
  const connected = await connect(world.channel, world.hook.url, toolsFor());
  assert.equal(connected.hookUrl, addressOf(world.channel, world.hook.url));
  assert.deepEqual(connected.warnings, []);
  assert.equal(connected.deepLink, 'https://wa.me/15550783881?text=Hello!%20(code%3A%20');
  assert.match(world.simulator.account.accountHook?.url ?? '', /\/hooks\/whatsapp\/account-102290129340398$/);
});

test('a number that may send fewer than is set is told of; a number of its own rate is not', async () => {
  await using world = await startWorld();
  const warned = async (messagesPerSecond: number) => {
    const channel = { ...world.channel, settings: { ...world.channel.settings, messagesPerSecond } };
    return (await connect(channel, world.hook.url, toolsFor())).warnings?.join(' ') ?? '';
  };
  assert.equal(await warned(80), '');
  assert.match(await warned(81), /may send 80 messages a second/);
  world.simulator.account.isCoexistence = true;
  assert.match(await warned(80), /may send 20 messages a second/);
  assert.equal(await warned(20), '');
});

test('a stolen hook is seen, and written again', async () => {
  await using world = await startWorld();
  assert.deepEqual(await probe(world.channel, world.hook.url, toolsFor()), { state: 'ok', reason: '' });
  world.simulator.account.accountHook = { url: 'https://thief.example', verifyToken: 'x' };
  const stolen = await probe(world.channel, world.hook.url, toolsFor());
  assert.deepEqual([stolen.state, /write the hook again/.test(stolen.reason)], ['degraded', true]);
  await connect(world.channel, world.hook.url, toolsFor());
  assert.equal((await probe(world.channel, world.hook.url, toolsFor())).state, 'ok');
});

test('connecting has the app hear of every field that is understood, and keeps what it heard before', async () => {
  await using world = await startWorld();
  const { account } = world.simulator;
  if (account.appHook !== undefined) account.appHook = { ...account.appHook, fields: ['history'] };
  await connect(world.channel, world.hook.url, toolsFor());
  const { url, fields = [] } = account.appHook ?? {};
  assert.equal(url, addressOf(world.channel, world.hook.url));
  for (const field of ['history', ...understood]) assert.ok(fields.includes(field), field);
  world.simulator.write({ from: world.anna.id, text: 'hello' });
  await until(() => world.hook.events.length > 0);
});

test('an app that does not hear of messages any more is made to', async () => {
  await using world = await startWorld();
  world.simulator.account.appHook = undefined;
  assert.equal((await probe(world.channel, world.hook.url, toolsFor())).state, 'ok');
  world.simulator.write({ from: world.anna.id, text: 'there again' });
  await until(() => world.hook.events.length > 0);
});

test('the address of an app that serves another program stays; what it does not hear of is told in words', async () => {
  await using world = await startWorld();
  const theirs = { url: 'https://other.example/hook', verifyToken: 'x', fields: ['messages'] };
  world.simulator.account.appHook = theirs;
  const { warnings = [] } = await connect(world.channel, world.hook.url, toolsFor());
  assert.match(warnings.join(' '), /WhatsApp → Configuration.*message_template_status_update/);
  assert.equal((await probe(world.channel, world.hook.url, toolsFor())).state, 'ok', 'messages come');
  world.simulator.account.appHook = { ...theirs, fields: ['account_update'] };
  const { state, reason } = await probe(world.channel, world.hook.url, toolsFor());
  assert.deepEqual([state, /messages/.test(reason)], ['degraded', true]);
  assert.equal(world.simulator.account.appHook.url, theirs.url);
});

test('where the platform refuses a field, messages are heard of all the same; where it refuses all, a person is told', async () => {
  await using world = await startWorld();
  const { account } = world.simulator;
  account.appHook = undefined;
  const tools = toolsFor();
  const refused = {
    status: 400,
    headers: {},
    stream: [] as never,
    text: async () => '{"error":{"code":100,"message":"no"}}',
  };
  const fetch: typeof tools.fetch = async (url, request) =>
    /subscriptions$/.test(url) && /security/.test(String(request?.body)) ? refused : await tools.fetch(url, request);
  const { warnings = [] } = await connect(world.channel, world.hook.url, { ...tools, fetch });
  assert.match(warnings.join(' '), /does not hear of everything.*security/);
  assert.ok(heardBy(account).includes('messages'));
  account.appHook = undefined;
  world.simulator.fail({ kind: 'refusal', method: 'subscriptions', code: 10, times: 9 });
  const connected = await connect(world.channel, world.hook.url, toolsFor());
  assert.match((connected.warnings ?? []).join(' '), /WhatsApp → Configuration/);
});

test('an account calls nobody when its last number goes, where the app has no address but ours', async () => {
  await using world = await startWorld();
  await disconnect(world.channel, toolsFor(), { isLastAtHook: true });
  assert.equal(world.simulator.account.isSubscribed, false);
});

test('an account that is no longer subscribed is subscribed again', async () => {
  await using world = await startWorld();
  world.simulator.unsubscribe();
  assert.equal((await probe(world.channel, world.hook.url, toolsFor())).state, 'ok');
  world.simulator.write({ from: world.anna.id, text: 'there again' });
  await until(() => world.hook.events.length > 0);
});

test('disconnecting the last number takes the hook away; as long as others need it, it stays', async () => {
  await using world = await startWorld();
  const { account } = world.simulator;
  await disconnect(world.channel, toolsFor(), { isLastAtHook: false });
  assert.match(account.accountHook?.url ?? '', /account-/);
  await connect(world.channel, undefined, toolsFor());
  assert.match(account.accountHook?.url ?? '', /account-/, 'a number without a public address takes it from nobody');
  await disconnect(world.channel, toolsFor(), { isLastAtHook: true });
  assert.equal(account.accountHook, undefined);
});

test('a revoked token wants a new sign-in, a locked account is banned', async () => {
  await using world = await startWorld();
  world.simulator.fail({
    kind: 'refusal',
    code: 131031,
    message: 'Account locked',
    method: world.channel.settings.phoneNumberId,
  });
  assert.equal((await probe(world.channel, world.hook.url, toolsFor())).state, 'banned');
  world.simulator.revokeToken();
  assert.equal((await probe(world.channel, world.hook.url, toolsFor())).state, 'needs_sign_in');
  await assert.rejects(identify(world.channel, toolsFor()), { code: 'auth_revoked' });
});

const numbers: readonly (readonly [told: object, state: string])[] = [
  [{ quality_rating: 'RED' }, 'degraded'],
  [{ quality_rating: 'YELLOW' }, 'ok'],
  [{ status: 'BANNED' }, 'banned'],
  [{ status: 'FLAGGED' }, 'degraded'],
  [{ status: 'DELETED' }, 'off'],
  [
    { health_status: { can_send_message: 'BLOCKED', entities: [{ errors: [{ error_description: 'pay' }] }] } },
    'banned',
  ],
  [{ health_status: { can_send_message: 'LIMITED' } }, 'degraded'],
];
for (const [told, state] of numbers) {
  test(`a number of which the platform says ${JSON.stringify(told)} is ${state}`, async () => {
    const health = await probe(channelFor(), undefined, answering({ ...told, id: '1', display_phone_number: '1' }, 0));
    assert.equal(health.state, state);
  });
}

test('a token that ends within a week is told of, one that ends later is not', async () => {
  const number = { id: '1', display_phone_number: '1' };
  const day = 24 * 60 * 60;
  const now = Math.floor(Date.now() / 1_000);
  const soon = await probe(channelFor(), undefined, answering(number, now + day));
  assert.equal(soon.tokenEndsAtMs, (now + day) * 1_000);
  assert.equal((await probe(channelFor(), undefined, answering(number, 0))).tokenEndsAtMs, undefined);
});

function heardBy({ appHook }: Account): readonly string[] {
  return appHook?.fields ?? [];
}

/** A platform that says this of the number, and when the token ends. */
function answering(number: object, expires_at: number) {
  const answers: Readonly<Record<string, object>> = {
    debug_token: { data: { expires_at, scopes: [] } },
    subscribed_apps: { data: [] },
  };
  const fetch = async (address: string) => {
    const text = JSON.stringify(answers[new URL(address).pathname.split('/').at(-1) ?? ''] ?? number);
    return { status: 200, headers: {}, stream: [] as never, text: async () => text };
  };
  return { ...toolsFor(), fetch };
}

test('templates are listed with their gaps and states, over all pages', async () => {
  await using world = await startWorld();
  const components = [
    { type: 'HEADER', format: 'TEXT', text: 'Order {{1}}' },
    { type: 'BODY', text: 'Dear {{1}}, order {{2}} is ready' },
    { type: 'FOOTER', text: 'Shop' },
    { type: 'BUTTONS', buttons: [{ type: 'URL', text: 'Look', url: 'https://shop.example/{{1}}' }] },
  ];
  world.simulator.template({ name: 'order_ready', language: 'en', components });
  for (let number = 0; number < 120; number += 1) world.simulator.template({ name: `many_${number}` });
  const all = await templates(world.channel, toolsFor());
  assert.equal(all.length, 121);
  const template = all.find(({ name }) => name === 'order_ready');
  assert.deepEqual([template?.header, template?.footer, template?.buttons], ['Order {{1}}', 'Shop', ['Look']]);
  assert.deepEqual(
    template?.gaps.map(({ part, kind, buttonIndex }) => [part, kind, buttonIndex]),
    [
      [1, 'text', 0],
      [2, 'text', 0],
      [2, 'text', 0],
      [3, 'text', 0],
    ],
  );
  assert.equal(template?.state, 1);
});

test('one address is called for all numbers of an account; news of the account are for all of them', async () => {
  const call = (...values: readonly object[]) => {
    const changes = values.map((value) => ({ field: 'messages', value }));
    const body = Buffer.from(JSON.stringify({ object: 'whatsapp_business_account', entry: [{ id: '1', changes }] }));
    return { method: 'POST', path: '', query: {}, headers: {}, body, receivedAtMs: 0 };
  };
  const about = (phone_number_id: string) => ({ metadata: { phone_number_id } });
  const [one, two, news] = [about('1'), about('2'), { event: 'APPROVED' }];
  const share = (body: Uint8Array | undefined) => body && Buffer.from(body).toString();
  const both = divide(call(one, two, news));
  assert.equal(share(both('1')), share(call(one, news).body));
  assert.equal(share(both('2')), share(call(two, news).body));
  assert.equal(
    share(both('3')),
    share(call(news).body),
    'news of the account are for numbers that are not in the call, too',
  );
  assert.equal(divide(call(one, two))('3'), undefined);
  const alone = call(one);
  assert.equal(divide(alone)('1'), alone.body, 'what is for one number alone stays as it came');
  const handshake = { ...call(), method: 'GET', body: new Uint8Array() };
  assert.equal(divide(handshake)('1'), handshake.body, 'a handshake is everybody’s');
});

test('news that name a number as people dial it go to that number alone', () => {
  const change = (value: object) => ({ field: 'phone_number_quality_update', value });
  const call = (...changes: readonly object[]) => {
    const body = Buffer.from(JSON.stringify({ object: 'whatsapp_business_account', entry: [{ id: '1', changes }] }));
    return { method: 'POST', path: '', query: {}, headers: {}, body, receivedAtMs: 0 };
  };
  const [ours, theirs] = ['15550783881', '15550783882'].map((display_phone_number) => change({ display_phone_number }));
  const account = change({ event: 'APPROVED' });
  assert.ok(ours && theirs);
  const share = (of: ReturnType<typeof call>, id: string, name?: string) => {
    const body = divide(of)(id, name);
    return body && Buffer.from(body).toString();
  };
  const text = (of: ReturnType<typeof call>) => Buffer.from(of.body).toString();
  const all = call(ours, theirs, account);
  assert.equal(share(all, '1', 'Shop 24 +1 555-078-3881'), text(call(ours, account)));
  assert.equal(share(all, '2', 'Bank +1 555-078-3882'), text(call(theirs, account)));
  assert.equal(share(all, '3', 'Other +1 555-078-3883'), text(call(account)));
  assert.equal(share(call(theirs), '1', 'Shop 24 +1 555-078-3881'), undefined, 'not even that there are any');
  assert.equal(share(call(theirs), '9'), text(call(theirs)), 'a channel whose number is not known hears of all');
  const alone = call(ours);
  assert.equal(divide(alone)('1', 'Shop 24 +1 555-078-3881'), alone.body);
});
