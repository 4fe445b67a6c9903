import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text as textOf } from 'node:stream/consumers';
import { test } from 'node:test';
import { until } from '@trunkline/testkit';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import { type BotFrameworkOptions, createBotFrameworkSimulator } from './index.ts';
import type { Activity } from './types.ts';

/** A bot that checks each call by a library of JWT and the service's key document, and a person in Teams. */
async function given(options: BotFrameworkOptions = {}) {
  const simulator = await createBotFrameworkSimulator({ retryDelayMs: 5, ...options });
  const { bot, url } = simulator;
  const came: Activity[] = [];
  const document = (await (await fetch(`${url}/v1/.well-known/openidconfiguration`)).json()) as {
    jwks_uri: string;
    issuer: string;
  };
  const keys = createRemoteJWKSet(new URL(document.jwks_uri), { cooldownDuration: 0 });
  const answers: number[] = [];
  const server = createServer(async (request, response) => {
    const activity = JSON.parse(await textOf(request)) as Activity;
    const token = String(request.headers.authorization ?? '').replace('Bearer ', '');
    const rules = { issuer: document.issuer, audience: bot.appId, clockTolerance: 300 };
    const isGenuine = await jwtVerify(token, keys, rules).then(
      ({ payload }) => payload.serviceurl === activity.serviceUrl,
      () => false,
    );
    const status = isGenuine ? (answers.shift() ?? 200) : 403;
    if (status === 200) came.push(activity);
    response.writeHead(status).end(activity.type === 'invoke' ? '{"status":200}' : '');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  simulator.setHook({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/` });
  const signIn = async (secret = bot.secret) => {
    const body = new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: bot.appId,
      client_secret: secret,
      scope: 'https://api.botframework.com/.default',
    });
    const response = await fetch(`${url}/botframework.com/oauth2/v2.0/token`, { method: 'POST', body });
    return (await response.json()) as { access_token?: string; error?: string };
  };
  const { access_token: token = '' } = await signIn();
  const call = async (
    path: string,
    { method = 'POST', body, as = token }: { method?: string; body?: object; as?: string } = {},
  ) => {
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${as}` };
    const init = body === undefined ? { method, headers } : { method, headers, body: JSON.stringify(body) };
    const response = await fetch(`${simulator.serviceUrl()}v3/conversations${path}`, init);
    return {
      status: response.status,
      retryAfter: response.headers.get('retry-after'),
      ...((await response.json()) as { id?: string; error?: { code: string } }),
    };
  };
  const anna = simulator.person({ name: 'Anna K' });
  return {
    simulator,
    anna,
    came,
    answers,
    signIn,
    call,
    send: (body: object, conversation = anna.conversation) =>
      call(`/${encodeURIComponent(conversation)}/activities`, { body: { type: 'message', ...body } }),
    [Symbol.asyncDispose]: async () => {
      await simulator.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

test('a call is proven by a token of the service; one that is wrong in any way is not taken', async () => {
  await using world = await given();
  const { simulator, anna, came } = world;
  simulator.write({ from: anna.id, text: 'Привет' });
  await until(() => came.length === 1);
  assert.deepEqual([came[0]?.channelId, came[0]?.text], ['msteams', 'Привет']);
  for (const wrong of [
    'none',
    'key',
    'unknown_kid',
    'issuer',
    'audience',
    'expired',
    'not_yet',
    'service_url',
  ] as const) {
    assert.equal(await simulator.forge({ from: anna.id, wrong }), 403, wrong);
  }
  assert.equal(await simulator.forge({ from: anna.id, wrong: 'nothing' }), 200);
  simulator.rotateKeys();
  simulator.write({ from: anna.id, text: 'with another key' });
  await until(() => came.at(-1)?.text === 'with another key');
  assert.equal((await simulator.invoke({ from: anna.id, name: 'adaptiveCard/action' })).text, '{"status":200}');
});

test('the bot answers, changes and deletes; a wrong token or secret is refused', async () => {
  await using world = await given();
  const { simulator, anna, send, call, signIn } = world;
  const incoming = simulator.write({ from: anna.id, text: 'hello' });
  const { id = '' } = await send({ text: '**Order 17**', textFormat: 'markdown', replyToId: incoming });
  const path = `/${encodeURIComponent(anna.conversation)}/activities/${id}`;
  assert.equal(simulator.view(anna.id).messages.at(-1)?.quote, 'hello');
  await call(path, { method: 'PUT', body: { type: 'message', text: 'Order 18' } });
  assert.equal(simulator.view(anna.id).messages.at(-1)?.text, 'Order 18');
  await call(path, { method: 'DELETE' });
  assert.equal((await call(path, { method: 'DELETE' })).error?.code, 'ActivityNotFoundInConversation');
  assert.equal((await call(path, { method: 'DELETE', as: 'another' })).status, 401);
  assert.equal((await signIn('wrong')).error, 'invalid_client');
  simulator.expireTokens();
  assert.equal((await send({ text: 'x' })).status, 401);
  simulator.revokeToken();
  assert.equal((await signIn()).error, 'invalid_client');
});

test('what a person presses, and everything else that they can do, comes in', async () => {
  await using world = await given({ isPaced: false });
  const { simulator, anna, came, send } = world;
  const hero = {
    contentType: 'application/vnd.microsoft.card.hero',
    content: { title: 'Pay?', buttons: [{ type: 'imBack', title: 'Yes', value: 'yes' }] },
  };
  const adaptive = {
    contentType: 'application/vnd.microsoft.card.adaptive',
    content: { type: 'AdaptiveCard', actions: [{ type: 'Action.Submit', title: 'Later', data: { a: 1 } }] },
  };
  const { id: first = '' } = await send({ attachments: [hero, adaptive] });
  simulator.press({ from: anna.id, message: first, button: 'Yes' });
  simulator.press({ from: anna.id, message: first, button: 'Later' });
  const own = simulator.attach({
    from: anna.id,
    kind: 'file',
    name: 'price.pdf',
    mimeType: 'application/pdf',
    bytes: Buffer.from('%PDF'),
  });
  simulator.react({ from: anna.id, message: first, emoji: '👍' });
  simulator.edit({ from: anna.id, message: own, text: 'changed' });
  simulator.read({ from: anna.id });
  simulator.typing({ from: anna.id });
  const group = simulator.createGroup({ from: anna.id, title: 'Order 17' });
  simulator.write({ from: anna.id, chat: group, text: 'hi all' });
  await until(() => came.length === 10);
  assert.deepEqual(
    came.map(({ type }) => type),
    [
      ...['message', 'message', 'message', 'messageReaction', 'messageUpdate', 'event', 'typing'],
      ...['conversationUpdate', 'installationUpdate', 'message'],
    ],
  );
  assert.deepEqual([came[0]?.text, came[1]?.value], ['yes', { a: 1 }]);
  const [, link = ''] = /"downloadUrl":"([^"]+)"/.exec(JSON.stringify(came[2])) ?? [];
  assert.equal(await (await fetch(link)).text(), '%PDF');
  assert.equal((await send({ text: 'Hi all' }, group)).status, 201);
  simulator.uninstall({ from: anna.id });
  assert.equal((await send({ text: 'x' })).error?.code, 'BotNotInConversationRoster');
});

test('limits, rates of Teams and what other channels cannot do', async () => {
  let now = Date.now();
  await using world = await given({ now: () => now });
  const { simulator, send, call } = world;
  assert.equal((await send({ text: 'x'.repeat(110_000) })).error?.code, 'MessageSizeTooBig');
  assert.equal((await send({ text: '' })).error?.code, 'BadArgument');
  assert.equal((await send({ text: 'x', parse_mode: 'HTML' })).error?.code, 'BadSyntax');
  assert.equal((await send({ text: 'x' }, 'nowhere')).error?.code, 'ConversationNotFound');
  const codes = [];
  for (let sent = 0; sent < 8; sent += 1) codes.push(await send({ text: 'x' }));
  assert.deepEqual(
    codes.map(({ status }) => status),
    [201, 201, 201, 201, 201, 201, 201, 429],
  );
  assert.equal(codes.at(-1)?.retryAfter, '1');
  now += 2_000;
  assert.equal((await send({ text: 'x' })).status, 201);
  const sms = simulator.person({ id: '+79990001122', channel: 'sms' });
  const { id = '' } = await send({ text: 'x' }, sms.conversation);
  assert.equal(
    (await call(`/${sms.conversation}/activities/${id}`, { method: 'PUT', body: { type: 'message', text: 'y' } }))
      .status,
    405,
  );
  const begun = await call('', { body: { members: [{ id: sms.id }], activity: { type: 'message', text: 'first' } } });
  assert.equal(begun.id, sms.conversation);
});

test('Teams calls again what was not taken, others do not; calls are repeated, turned round, and answered late', async () => {
  await using world = await given({ isPaced: false });
  const { simulator, anna, came, answers, send } = world;
  answers.push(500);
  simulator.write({ from: anna.id, text: 'again' });
  await until(() => came.length === 1);
  const mail = simulator.person({ channel: 'email' });
  answers.push(500);
  simulator.write({ from: mail.id, text: 'lost' });
  await until(() => simulator.waiting() === 0);
  assert.equal(came.length, 1);
  simulator.fail({ kind: 'repeated' });
  simulator.write({ from: anna.id, text: 'twice' });
  await until(() => came.length === 3);
  assert.equal(came[1]?.id, came[2]?.id);
  simulator.fail({ kind: 'wrong_proof' });
  simulator.fail({ kind: 'no_proof' });
  simulator.write({ from: anna.id, text: 'forged' });
  await until(() => came.length === 4);
  assert.deepEqual(simulator.forged(), [403, 403]);
  simulator.fail({ kind: 'too_many_requests', seconds: 7 });
  simulator.fail({ kind: 'refusal', status: 403, code: 'MessageWritesBlocked' });
  simulator.fail({ kind: 'cut_after' });
  assert.equal((await send({ text: '1' })).retryAfter, '7');
  assert.equal((await send({ text: '2' })).error?.code, 'MessageWritesBlocked');
  await assert.rejects(send({ text: '3' }));
  assert.equal(simulator.view(anna.id).messages.at(-1)?.text, '3');
});
