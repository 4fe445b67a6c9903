import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text as textOf } from 'node:stream/consumers';
import { test } from 'node:test';
import { until } from '@trunkline/testkit';
import { createFacebookSimulator, type FacebookOptions } from './index.ts';

interface Entry {
  readonly id: string;
  readonly messaging?: readonly Message[];
  readonly standby?: readonly Message[];
  readonly changes?: readonly { readonly field: string; readonly value: Readonly<Record<string, unknown>> }[];
}
type Message = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/** A hook that keeps what comes and refuses what is not signed, and a person. No SDK of this platform is named or kept up. */
async function given(options: FacebookOptions = {}) {
  const simulator = await createFacebookSimulator({ retryDelayMs: 5, ...options });
  const { page, url } = simulator;
  const came: Entry[] = [];
  let answerStatus = 200;
  const server = createServer(async (request, response) => {
    const body = await textOf(request);
    if (request.method === 'GET')
      return response.end(new URL(request.url ?? '/', 'http://hook').searchParams.get('hub.challenge'));
    const isGenuine = simulator.signs(body, String(request.headers['x-hub-signature-256'] ?? ''));
    if (isGenuine && answerStatus === 200) came.push(...(JSON.parse(body) as { entry: Entry[] }).entry);
    return response.writeHead(isGenuine ? answerStatus : 403).end('EVENT_RECEIVED');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const call = async (
    path: string,
    body?: object,
    { method = body === undefined ? 'GET' : 'POST', token = page.token } = {},
  ) => {
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` };
    const init = body === undefined ? { method, headers } : { method, headers, body: JSON.stringify(body) };
    const response = await fetch(`${url}/v25.0/${path}`, init);
    return (await response.json()) as { error?: { code: number; error_subcode?: number }; [field: string]: unknown };
  };
  const hookUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const appToken = { token: `${page.appId}|${page.appSecret}` };
  await call(
    `${page.appId}/subscriptions`,
    { object: 'page', callback_url: hookUrl, verify_token: 'v1', fields: 'messages' },
    appToken,
  );
  const fields = [
    'messages',
    'messaging_postbacks',
    'message_deliveries',
    'message_reads',
    'message_echoes',
    'message_reactions',
  ];
  const subscribe = () =>
    call(`${page.id}/subscribed_apps`, {
      subscribed_fields: [
        ...fields,
        'message_edits',
        'messaging_referrals',
        'messaging_handovers',
        'standby',
        'feed',
      ].join(','),
    });
  await subscribe();
  const anna = simulator.person({ name: 'Anna K' });
  return {
    simulator,
    anna,
    came,
    call,
    subscribe,
    send: async (fields: object) => {
      const { error } = await call('me/messages', {
        recipient: { id: anna.id },
        messaging_type: 'RESPONSE',
        ...fields,
      });
      return error && [error.code, error.error_subcode].filter((code) => code !== undefined).join('/');
    },
    /** Kinds of what came in the thread, in order. */
    kinds: () =>
      came.flatMap(({ messaging = [] }) =>
        messaging.map((one) => Object.keys(one).find((name) => !/sender|recipient|timestamp/.test(name))),
      ),
    answerWith: (status: number) => {
      answerStatus = status;
    },
    [Symbol.asyncDispose]: async () => {
      await simulator.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const text = (words: string) => ({ message: { text: words } });

test('an owner lets the app in on a page; the code becomes a token, and the token the pages', async () => {
  await using world = await given();
  const { simulator, call } = world;
  const { appId: client_id, appSecret: client_secret, id, token } = simulator.page;
  const redirect_uri = 'http://127.0.0.1/back';
  const address = `${simulator.url}/v25.0/dialog/oauth?${new URLSearchParams({ client_id, redirect_uri, state: 's1', scope: 'pages_messaging' })}`;
  assert.match(await (await fetch(address)).text(), /asks for/);
  const { headers } = await fetch(`${address}&decision=allow&choice=${id}`, { redirect: 'manual' });
  const code = new URL(headers.get('location') ?? '').searchParams.get('code') ?? '';
  const get = async (query: object) =>
    await call(`oauth/access_token?${new URLSearchParams({ client_id, client_secret, ...query })}`);
  const short = String((await get({ redirect_uri, code })).access_token);
  const long = String((await get({ grant_type: 'fb_exchange_token', fb_exchange_token: short })).access_token);
  const { data } = (await call('me/accounts?fields=id,name,access_token', undefined, { token: long })) as unknown as {
    data: { access_token: string }[];
  };
  assert.equal(data[0]?.access_token, token);
  assert.equal((await get({ redirect_uri, code: 'another' })).error?.code, 100);
});

test('everything that people do in a thread comes in, and what the page does is echoed', async () => {
  await using world = await given();
  const { simulator, anna, send, kinds, came } = world;
  simulator.start({ from: anna.id, payload: 'v-8F3K2' });
  const own = simulator.write({ from: anna.id, text: 'Привет' });
  simulator.attach({ from: anna.id, kind: 'image', mimeType: 'image/png', bytes: Buffer.from('picture') });
  const buttons = [{ type: 'postback', title: 'Later', payload: 'LATER' }];
  assert.equal(
    await send({
      message: {
        attachment: { type: 'template', payload: { template_type: 'button', text: 'Pay?', buttons } },
        metadata: 'm:1',
      },
    }),
    undefined,
  );
  const { id = '' } = simulator.view(anna.id).messages.at(-1) ?? {};
  simulator.press({ from: anna.id, message: String(id), button: 'Later' });
  await send({
    message: { text: 'Which size?', quick_replies: [{ content_type: 'text', title: 'M', payload: 'SIZE_M' }] },
  });
  simulator.press({ from: anna.id, button: 'M' });
  simulator.edit({ from: anna.id, message: own, text: 'Привет!' });
  simulator.react({ from: anna.id, message: String(id), emoji: '❤' });
  simulator.read({ from: anna.id });
  simulator.start({ from: anna.id, payload: 'again' });
  simulator.ownerWrites({ to: anna.id, text: 'I am on my way' });
  await until(() => kinds().length === 14);
  assert.deepEqual(kinds(), [
    ...['postback', 'message', 'message', 'message', 'delivery', 'postback', 'message', 'delivery', 'message'],
    ...['message_edit', 'reaction', 'read', 'referral', 'message'],
  ]);
  const echo = came.flatMap(({ messaging = [] }) => messaging).find(({ message }) => message?.is_echo === true);
  assert.deepEqual([echo?.message?.metadata, echo?.message?.app_id], ['m:1', simulator.page.appId]);
  const [, url = ''] = /"url":"([^"]+cdn[^"]+)"/.exec(JSON.stringify(came)) ?? [];
  assert.equal(await (await fetch(url)).text(), 'picture');
});

test('what is over a limit, out of the window, or not in the form, is refused with its code', async () => {
  await using world = await given();
  const { simulator, anna, send } = world;
  assert.equal(await send(text('too early')), '10/2018278');
  simulator.write({ from: anna.id, text: 'hello' });
  const quick = (count: number) =>
    Array.from({ length: count }, (_, index) => ({ content_type: 'text', title: `b${index}`, payload: 'x' }));
  const template = (payload: object) => ({ message: { attachment: { type: 'template', payload } } });
  const button = { type: 'postback', title: 'x', payload: 'x' };
  const cases: readonly (readonly [fields: object, code: string | undefined])[] = [
    [text('я'.repeat(2_000)), undefined],
    [text('я'.repeat(2_001)), '100'],
    [{ message: { text: 'x', attachment: { type: 'image', payload: { url: 'https://a.example' } } } }, '100'],
    [{ message: { text: 'x', quick_replies: quick(13) } }, undefined],
    [{ message: { text: 'x', quick_replies: quick(14) } }, '100'],
    [{ message: { text: 'x', parse_mode: 'HTML' } }, '100'],
    [{ message: { text: 'x', metadata: 'x'.repeat(1_001) } }, '100'],
    [template({ template_type: 'button', text: 'x'.repeat(641), buttons: [button] }), '100'],
    [template({ template_type: 'button', text: 'x', buttons: [button, button, button, button] }), '100'],
    [
      template({
        template_type: 'generic',
        elements: Array.from({ length: 11 }, () => ({ title: 'x', subtitle: 'y' })),
      }),
      '100',
    ],
    [{ message: { attachment: { type: 'image', payload: { url: 'http://127.0.0.1:9/a.png' } } } }, '100/2018008'],
    [{ message: { attachment: { type: 'image', payload: { attachment_id: '1' } } } }, '100/2018074'],
    [{ ...text('x'), recipient: { id: '1' } }, '100/2018001'],
    [{ ...text('x'), messaging_type: 'MESSAGE_TAG', tag: 'ACCOUNT_UPDATE' }, '100'],
    [{ sender_action: 'typing_on', messaging_type: undefined }, undefined],
  ];
  for (const [fields, code] of cases) assert.equal(await send(fields), code, JSON.stringify(fields).slice(0, 120));
  simulator.pass({ from: anna.id });
  assert.equal(await send(text('late')), '10/2018278');
  assert.equal(await send({ ...text('late'), messaging_type: 'MESSAGE_TAG', tag: 'HUMAN_AGENT' }), undefined);
  simulator.pass({ from: anna.id, hours: 24 * 7 });
  assert.equal(await send({ ...text('late'), messaging_type: 'MESSAGE_TAG', tag: 'HUMAN_AGENT' }), '10/2018278');
  simulator.block({ from: anna.id });
  assert.equal(await send(text('blocked')), '551/1545041');
});

test('a thread that the inbox took is heard in standby, and may not be answered until it is taken back', async () => {
  await using world = await given();
  const { simulator, anna, send, call, came } = world;
  simulator.write({ from: anna.id, text: 'hello' });
  simulator.takeThread({ from: anna.id });
  simulator.write({ from: anna.id, text: 'hello?' });
  await until(() => came.some(({ standby }) => standby !== undefined));
  assert.equal(await send(text('x')), '10/2018300');
  await call('me/take_thread_control', { recipient: { id: anna.id } });
  assert.equal(await send(text('x')), undefined);
  await call('me/pass_thread_control', {
    recipient: { id: anna.id },
    target_app_id: '263902037430900',
    metadata: 'to inbox',
  });
  const { data } = (await call(`me/thread_owner?recipient=${anna.id}`)) as unknown as {
    data: { thread_owner: { app_id: string } }[];
  };
  assert.equal(data[0]?.thread_owner.app_id, '263902037430900');
});

test('comments are written, answered in public and once in private, changed, hidden and deleted', async () => {
  await using world = await given();
  const { simulator, anna, call, came } = world;
  const id = simulator.comment({ from: anna.id, text: 'How much?' });
  const answer = await call(`${id}/comments`, { message: '1 490' });
  const privately = () => call('me/messages', { recipient: { comment_id: id }, message: { text: 'Hello' } });
  assert.equal((await privately()).recipient_id, anna.id);
  assert.equal((await privately()).error?.code, 10_900);
  assert.equal((await call(String(answer.id), { message: '1 390' })).success, true);
  assert.equal((await call(id, { message: 'not mine' })).error?.code, 200);
  await call(id, { is_hidden: true });
  await call(`${id}/likes`, {});
  simulator.changeComment({ comment: id, text: 'How much is it?' });
  const listed = (await call(`${simulator.page.id}_987/comments?filter=stream`)) as unknown as { data: object[] };
  assert.equal(listed.data.length, 2);
  await call(id, undefined, { method: 'DELETE' });
  assert.equal((await call(`${id}/comments`, { message: 'x' })).error?.error_subcode, 33);
  const verbs = () => came.flatMap(({ changes = [] }) => changes.map(({ value }) => value.verb));
  await until(() => verbs().length === 6);
  assert.deepEqual(verbs(), ['add', 'add', 'edited', 'hide', 'edited', 'remove']);
});

test('calls come together, with those of another page, forged, twice; an outage unsubscribes', async () => {
  await using world = await given({ unsubscribeAfterMs: 30 });
  const { simulator, anna, came, call, subscribe } = world;
  simulator.fail({ kind: 'batched', count: 2 });
  simulator.fail({ kind: 'foreign' });
  simulator.fail({ kind: 'wrong_proof' });
  for (const words of ['one', 'two']) simulator.write({ from: anna.id, text: words });
  await until(() => came.filter(({ id }) => id === simulator.page.id).length === 2);
  assert.deepEqual(simulator.forged, [403]);
  world.answerWith(500);
  simulator.write({ from: anna.id, text: 'lost' });
  await until(() => simulator.page.subscribed === undefined);
  world.answerWith(200);
  assert.deepEqual((await call(`${simulator.page.id}/subscribed_apps`)).data, []);
  await subscribe();
  const before = came.length;
  simulator.write({ from: anna.id, text: 'found' });
  await until(() => came.length === before + 1);
  const { data } = (await call('me/conversations?fields=messages')) as unknown as {
    data: { messages: { data: { message: string }[] } }[];
  };
  assert.ok(
    data[0]?.messages.data.some(({ message }) => message === 'lost'),
    'what was missed can be read',
  );
});

test('troubles of a call: too many, any code, cut after it was done, a token that is revoked', async () => {
  await using world = await given();
  const { simulator, anna, send, call } = world;
  simulator.write({ from: anna.id, text: 'hello' });
  simulator.fail({ kind: 'too_many_requests' });
  simulator.fail({ kind: 'refusal', code: 10, subcode: 1893063 });
  simulator.fail({ kind: 'cut_after' });
  assert.deepEqual([await send(text('1')), await send(text('2'))], ['4', '10/1893063']);
  await assert.rejects(send(text('3')));
  assert.equal(simulator.view(anna.id).messages.at(-1)?.text, '3');
  const form = new FormData();
  form.set('message', JSON.stringify({ attachment: { type: 'file', payload: { is_reusable: true } } }));
  form.set('filedata', new Blob(['%PDF'], { type: 'application/pdf' }), 'price.pdf');
  const response = await fetch(`${simulator.url}/v25.0/me/message_attachments?access_token=${simulator.page.token}`, {
    method: 'POST',
    body: form,
  });
  const { attachment_id } = (await response.json()) as { attachment_id: string };
  assert.equal(await send({ message: { attachment: { type: 'file', payload: { attachment_id } } } }), undefined);
  simulator.revokeToken();
  assert.equal(await send(text('4')), '190/460');
  assert.equal((await call('me/messages?appsecret_proof=wrong', {})).error?.code, 190);
  simulator.heal();
  assert.equal((await call('me/messages?appsecret_proof=wrong', {})).error?.code, 100);
});
