import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { test } from 'node:test';
import { until } from '@trunkline/testkit';
import { createVkSimulator, type VkOptions } from './index.ts';

interface Came {
  readonly type: string;
  readonly secret?: string;
  readonly event_id: string;
  readonly object: {
    readonly message?: { readonly text: string; readonly action?: { readonly type: string } };
    readonly [field: string]: unknown;
  };
}

/** A hook with a server, which keeps what comes and says what it is told, and a person who has written. */
async function given(options: VkOptions = {}) {
  const simulator = await createVkSimulator({ retryDelayMs: 5, isPaced: false, ...options });
  const { community, url } = simulator;
  const came: Came[] = [];
  const answers: { status: number; retryAfter?: string }[] = [];
  const retries: string[] = [];
  const call = async (method: string, params: object, token = community.token) => {
    const body = new URLSearchParams({ ...params, access_token: token, v: '5.199' });
    const response = await fetch(`${url}/method/${method}`, { method: 'POST', body });
    assert.equal(response.status, 200);
    const { error, response: result } = (await response.json()) as {
      error?: { error_code: number };
      response?: unknown;
    };
    return { code: error?.error_code, result };
  };
  const server = createServer(async (request, response) => {
    const event = (await json(request)) as Came;
    if (event.secret !== 'S1') return response.writeHead(403).end();
    if (event.type === 'confirmation') return response.end(community.confirmationCode);
    retries.push(String(request.headers['x-retry-counter'] ?? '0'));
    const { status, retryAfter } = answers.shift() ?? { status: 200 };
    if (status === 200) came.push(event);
    return response
      .writeHead(status, retryAfter === undefined ? {} : { 'retry-after': retryAfter })
      .end(status === 200 ? 'ok' : '');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const hook = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const group = { group_id: community.id };
  const { result } = await call('groups.addCallbackServer', {
    ...group,
    url: hook,
    title: 'Trunkline',
    secret_key: 'S1',
  });
  const { server_id } = result as { server_id: number };
  const all = ['new', 'reply', 'edit', 'event', 'allow', 'deny', 'read', 'typing_state', 'reaction_event'].map(
    (name) => [`message_${name}`, 1],
  );
  await call('groups.setCallbackSettings', {
    ...group,
    server_id,
    api_version: '5.199',
    ...Object.fromEntries(all),
    wall_reply_new: 1,
  });
  await until(() => simulator.community.servers.get(server_id)?.status === 'ok');
  const anna = simulator.person({ name: 'Anna K' });
  return {
    simulator,
    anna,
    came,
    answers,
    retries,
    call,
    send: async (params: object) =>
      (await call('messages.send', { peer_id: anna.id, random_id: Math.floor(Math.random() * 1e9) + 1, ...params }))
        .code,
    types: () => came.map(({ type }) => type),
    [Symbol.asyncDispose]: async () => {
      await simulator.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

test('what is over a limit, or not in the form, is refused with its code', async () => {
  await using world = await given();
  const { simulator, anna, send } = world;
  assert.equal(await send({ message: 'too early' }), 901);
  simulator.write({ from: anna.id, text: 'hello' });
  const row = (count: number) =>
    Array.from({ length: count }, (_, index) => ({ action: { type: 'text', label: `b${index}` } }));
  const keys = (buttons: object[][], more: object = {}) => ({
    message: 'x',
    keyboard: JSON.stringify({ ...more, buttons }),
  });
  const cases: readonly (readonly [params: object, code: number | undefined])[] = [
    [{ message: 'я'.repeat(4_096) }, undefined],
    [{ message: 'я'.repeat(4_097) }, 914],
    [{}, 100],
    [{ message: 'x', random_id: 'many' }, 100],
    [{ text: 'x' }, 100],
    [{ message: 'x', attachment: 'photo-1_1' }, 100],
    [
      { message: 'x', forward: JSON.stringify({ peer_id: anna.id, conversation_message_ids: [999_999], is_reply: 1 }) },
      100,
    ],
    [keys([row(5), row(5)], { inline: true }), undefined],
    [keys([row(5), row(5), row(1)], { inline: true }), 911],
    [keys([row(6)]), 911],
    [keys([[{ action: { type: 'text', label: 'x'.repeat(41) } }]]), 911],
    [keys([[{ action: { type: 'text', label: 'x', payload: `"${'x'.repeat(254)}"` } }]]), 911],
    [keys([[{ action: { type: 'open_link', label: 'x', link: 'https://a.example' }, color: 'primary' }]]), 911],
    [{ peer_id: 1, message: 'x' }, 113],
    [{ peer_id: 2_000_000_001, message: 'x' }, 917],
  ];
  for (const [params, code] of cases) assert.equal(await send(params), code, JSON.stringify(params).slice(0, 120));
  simulator.block({ from: anna.id });
  assert.equal(await send({ message: 'x' }), 900);
  simulator.deleteAccount({ from: anna.id });
  assert.equal(await send({ message: 'x' }), 18);
  assert.equal((await world.call('messages.send', {}, 'another-token')).code, 5);
  assert.equal((await world.call('messages.telepathy', {})).code, 3);
});

test('a community token makes 20 requests a second', async () => {
  let now = Date.now();
  await using world = await given({ isPaced: true, now: () => now });
  now += 5_000;
  const codes = [];
  for (let sent = 0; sent < 21; sent += 1) codes.push((await world.call('users.get', { user_ids: '1' })).code);
  assert.deepEqual(
    codes.filter((code) => code !== undefined),
    [6],
  );
});

test('everything that people do comes in, and what the community does is echoed', async () => {
  await using world = await given();
  const { simulator, anna, call, types, came } = world;
  const own = simulator.write({ from: anna.id, text: 'hello' });
  await call('messages.send', { peer_id: anna.id, random_id: 5, message: 'Order 17' });
  const [, theirs] = simulator.view(anna.id).messages;
  simulator.edit({ from: anna.id, message: own, text: 'hello!' });
  simulator.read({ from: anna.id });
  simulator.typing({ from: anna.id });
  simulator.react({ from: anna.id, message: Number(theirs?.id), emoji: '🔥' });
  simulator.deny({ from: anna.id });
  simulator.allow({ from: anna.id });
  simulator.comment({ from: anna.id, text: 'How much?' });
  simulator.ownerWrites({ to: anna.id, from: anna.id, text: 'I am on my way' });
  await until(() => came.length === 10);
  assert.deepEqual(types(), [
    ...[
      'message_new',
      'message_reply',
      'message_edit',
      'message_read',
      'message_typing_state',
      'message_reaction_event',
    ],
    ...['message_deny', 'message_allow', 'wall_reply_new', 'message_reply'],
  ]);
  const peer = simulator.createChat({ from: anna.id, title: 'Order 17' });
  simulator.inChat({ from: anna.id, chat: peer, action: { type: 'chat_title_update', text: 'Order 18' } });
  await until(() => came.length === 12);
  assert.deepEqual(
    came.slice(10).map(({ object }) => object.message?.action?.type),
    ['chat_invite_user', 'chat_title_update'],
  );
});

test('what is not answered with ok comes again, when the hook asked for it', async () => {
  await using world = await given();
  const { simulator, anna, answers, retries, came } = world;
  answers.push({ status: 500 }, { status: 503, retryAfter: '1' });
  simulator.write({ from: anna.id, text: 'one' });
  await until(() => came.length === 1);
  assert.deepEqual(retries, ['0', '1', '2']);
  simulator.fail({ kind: 'repeated' });
  simulator.fail({ kind: 'wrong_proof' });
  simulator.fail({ kind: 'no_proof' });
  simulator.write({ from: anna.id, text: 'two' });
  await until(() => came.length === 3);
  assert.equal(came[1]?.event_id, came[2]?.event_id);
  assert.deepEqual(simulator.forged(), [403, 403]);
  simulator.pauseServers();
  simulator.write({ from: anna.id, text: 'for nobody' });
  await until(() => simulator.waiting() === 0);
  assert.equal(came.length, 3);
});

test('a code that changed fails the handshake; a press may be answered for a minute, once', async () => {
  let now = Date.now();
  await using world = await given({ now: () => now });
  const { simulator, anna, call, came } = world;
  const { result } = await call('groups.getCallbackConfirmationCode', { group_id: simulator.community.id });
  simulator.changeCode();
  assert.notEqual((result as { code: string }).code, simulator.community.confirmationCode);
  simulator.write({ from: anna.id, text: 'hello' });
  const keyboard = JSON.stringify({
    inline: true,
    buttons: [[{ action: { type: 'callback', label: 'Later', payload: '{"a":1}' } }]],
  });
  await call('messages.send', { peer_id: anna.id, random_id: 1, message: '?', keyboard });
  const message = Number(simulator.view(anna.id).messages.at(-1)?.id);
  const press = () => simulator.press({ from: anna.id, message, button: 'Later' });
  const answer = async (event_id: string | number) =>
    (await call('messages.sendMessageEventAnswer', { event_id, user_id: anna.id, peer_id: anna.id })).code;
  const first = press();
  assert.equal(await answer(first), undefined);
  assert.equal(await answer(first), 100);
  const second = press();
  now += 61_000;
  assert.equal(await answer(second), 100);
  await until(() => came.filter(({ type }) => type === 'message_event').length === 2);
});

test('an owner lets the app in on a page, or does not', async () => {
  await using world = await given();
  const { simulator } = world;
  const { appId: client_id, appSecret: client_secret, token, id } = simulator.community;
  const address = new URL(`${simulator.url}/authorize`);
  const asked = {
    client_id,
    group_ids: String(id),
    redirect_uri: 'http://127.0.0.1/back',
    scope: 'messages,manage',
    response_type: 'code',
    state: 's1',
    v: '5.199',
  };
  for (const [name, value] of Object.entries(asked)) address.searchParams.set(name, value);
  assert.match(await (await fetch(address)).text(), /asks for/);
  const back = async (decision: string) =>
    new URL(
      (await fetch(`${address}&decision=${decision}&choice=${id}`, { redirect: 'manual' })).headers.get('location') ??
        '',
    );
  assert.equal((await back('deny')).searchParams.get('error'), 'access_denied');
  const allowed = await back('allow');
  assert.equal(allowed.searchParams.get('state'), 's1');
  const code = allowed.searchParams.get('code') ?? '';
  const exchange = async (secret: string) =>
    await (
      await fetch(
        `${simulator.url}/access_token?${new URLSearchParams({ client_id, client_secret: secret, redirect_uri: asked.redirect_uri, code })}`,
      )
    ).json();
  assert.deepEqual(await exchange(client_secret), { groups: [{ group_id: id, access_token: token }], expires_in: 0 });
  assert.equal(((await exchange('wrong')) as { error: string }).error, 'invalid_client');
});
