import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text as textOf } from 'node:stream/consumers';
import { test } from 'node:test';
import { until } from '@trunkline/testkit';
import { createWhatsAppSimulator, type WhatsAppOptions } from './index.ts';

interface Came {
  readonly entry: readonly {
    readonly id: string;
    readonly changes: readonly { readonly field: string; readonly value: Value }[];
  }[];
}
interface Value {
  readonly metadata?: { readonly phone_number_id: string };
  readonly messages?: readonly Record<string, unknown>[];
  readonly statuses?: readonly { readonly status: string; readonly errors?: readonly { readonly code: number }[] }[];
  readonly groups?: readonly { readonly type: string; readonly group_id: string }[];
}

/** A hook that keeps what comes and refuses what is not signed, and a person. */
async function given(options: WhatsAppOptions = {}) {
  const simulator = await createWhatsAppSimulator({ retryDelayMs: 5, ...options });
  const came: Came[] = [];
  let answerAfterMs = 0;
  const server = createServer(async (request, response) => {
    const body = await textOf(request);
    const { searchParams } = new URL(request.url ?? '/', 'http://hook');
    if (request.method === 'GET') return response.end(searchParams.get('hub.challenge'));
    const signature = String(request.headers['x-hub-signature-256'] ?? '');
    const isGenuine = simulator.signs(body, signature);
    if (isGenuine) came.push(JSON.parse(body));
    return setTimeout(() => response.writeHead(isGenuine ? 200 : 401).end(), answerAfterMs);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  await simulator.setHook({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, verifyToken: 'v1' });
  const { account, url } = simulator;
  const post = async (path: string, body: object, method = 'POST') => {
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${account.token}` };
    const response = await fetch(`${url}/v25.0/${path}`, { method, headers, body: JSON.stringify(body) });
    return (await response.json()) as { error?: { code: number; message: string }; [field: string]: unknown };
  };
  const anna = simulator.person({ name: 'Anna' });
  const send = (fields: object) =>
    post(`${account.phoneNumberId}/messages`, { messaging_product: 'whatsapp', to: anna.id, ...fields });
  return {
    simulator,
    anna,
    came,
    post,
    send,
    values: () => came.flatMap(({ entry }) => entry.flatMap(({ changes }) => changes.map(({ value }) => value))),
    answerAfter: (ms: number) => {
      answerAfterMs = ms;
    },
    [Symbol.asyncDispose]: async () => {
      await simulator.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const text = (body: string) => ({ type: 'text', text: { body } });

test('what is over a limit, or not in the form, is refused with its code', async () => {
  await using world = await given();
  const { send } = world;
  const button = (title: string) => ({ type: 'reply', reply: { id: title, title } });
  const buttons = (...titles: string[]) => ({
    type: 'button',
    body: { text: '?' },
    action: { buttons: titles.map(button) },
  });
  const cases: readonly (readonly [fields: object, code: number | undefined])[] = [
    [text('я'.repeat(4_096)), undefined],
    [text('я'.repeat(4_097)), 100],
    [text(''), 131009],
    [{ type: 'text' }, 131008],
    [{ type: 'text', text: { body: 'x', parse_mode: 'HTML' } }, 100],
    [{ ...text('x'), unknown: 1 }, 100],
    [{ type: 'telepathy' }, 131051],
    [{ ...text('x'), biz_opaque_callback_data: 'x'.repeat(513) }, 100],
    [{ type: 'image', image: { id: '1', link: 'https://a.example/a.png' } }, 100],
    [{ type: 'interactive', interactive: buttons('one', 'two', 'three') }, undefined],
    [{ type: 'interactive', interactive: buttons('one', 'two', 'three', 'four') }, 100],
    [{ type: 'interactive', interactive: buttons('x'.repeat(21)) }, 100],
    [{ ...text('x'), context: { message_id: 'wamid.unknown' } }, 131009],
    [{ type: 'template', template: { name: 'nothing', language: { code: 'en' } } }, 132001],
  ];
  for (const [fields, code] of cases)
    assert.equal((await send(fields)).error?.code, code, JSON.stringify(fields).slice(0, 120));
});

test('outside the window, to a stranger, with media that is gone: taken, and then told that it failed', async () => {
  await using world = await given();
  const { simulator, anna, send, values } = world;
  const failures = () =>
    values().flatMap(({ statuses = [] }) => statuses.flatMap(({ errors = [] }) => errors.map(({ code }) => code)));
  await send(text('too early'));
  simulator.write({ from: anna.id, text: 'hello' });
  await send({ ...text('who?'), to: '79991110000' });
  await send({ type: 'image', image: { id: '404' } });
  simulator.block({ from: anna.id });
  await send(text('blocked'));
  simulator.unblock({ from: anna.id });
  simulator.fail({ kind: 'failed_later', code: 131049 });
  await send(text('held'));
  await until(() => failures().length === 5);
  assert.deepEqual(failures(), [131047, 131026, 131053, 131026, 131049]);
});

test('a rate is kept for a number and for a pair', async () => {
  let now = Date.now();
  await using world = await given({ now: () => now });
  const { simulator, anna, send } = world;
  simulator.write({ from: anna.id, text: 'hello' });
  const codes = async (count: number) => {
    const answers = [];
    for (let sent = 0; sent < count; sent += 1) answers.push((await send(text('x'))).error?.code);
    return answers.filter((code) => code !== undefined);
  };
  assert.deepEqual(await codes(46), [131056]);
  now += 6_000;
  assert.deepEqual(await codes(2), [131056]);
});

test('events come twice, turned round, together, and with those of others among them', async () => {
  await using world = await given();
  const { simulator, anna, came, values } = world;
  const texts = () =>
    values().flatMap(({ messages = [] }) => messages.map((message) => (message.text as { body: string }).body));
  const write = (...words: string[]) => {
    for (const word of words) simulator.write({ from: anna.id, text: word });
  };
  simulator.fail({ kind: 'repeated' });
  write('one');
  await until(() => texts().length === 2);
  simulator.fail({ kind: 'reversed' });
  write('two', 'three', 'four');
  await until(() => texts().length === 5);
  simulator.fail({ kind: 'batched' });
  write('five', 'six', 'seven');
  await until(() => texts().length === 8);
  assert.deepEqual(texts(), ['one', 'one', 'four', 'three', 'two', 'five', 'six', 'seven']);
  assert.equal(came.length, 6);
  simulator.fail({ kind: 'foreign' });
  write('eight');
  await until(() => texts().length === 11);
  assert.equal(new Set(values().map(({ metadata }) => metadata?.phone_number_id)).size, 3);
  assert.equal(simulator.redeliver({ count: 2 }), 2);
  await until(() => came.length === 9);
});

test('a forged call is refused by a hook that checks; one that is taken, or answered late, fails the test', async () => {
  const simulator = await createWhatsAppSimulator({ retryDelayMs: 5, answerLimitMs: 50 });
  const server = createServer((request, response) => {
    const { searchParams } = new URL(request.url ?? '/', 'http://hook');
    if (request.method === 'GET') response.end(searchParams.get('hub.challenge'));
    else setTimeout(() => response.end(), 100);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  await simulator.setHook({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, verifyToken: 'v1' });
  const anna = simulator.person();
  simulator.write({ from: anna.id, text: 'hello' });
  await until(() => simulator.takeComplaints().some((complaint) => complaint.includes('within 50 ms')));
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await simulator.close();

  await using world = await given();
  world.simulator.fail({ kind: 'wrong_proof' });
  world.simulator.fail({ kind: 'no_proof' });
  world.simulator.write({ from: world.anna.id, text: 'hello' });
  await until(() => world.came.length === 1);
  assert.deepEqual(world.simulator.forged, [401, 401]);
});

test('receipts come before the answer; a connection is cut after the message was taken', async () => {
  await using world = await given();
  const { simulator, anna, send, values } = world;
  simulator.write({ from: anna.id, text: 'hello' });
  simulator.fail({ kind: 'late_answer', delayMs: 300 });
  let isAnswered = false;
  const sending = send(text('x')).finally(() => {
    isAnswered = true;
  });
  await until(() => values().flatMap(({ statuses = [] }) => statuses).length === 2);
  assert.equal(isAnswered, false);
  await sending;
  simulator.fail({ kind: 'cut_after' });
  await assert.rejects(send(text('y')));
  await until(() => simulator.view(anna.id).messages.at(-1)?.text === 'y');
  simulator.revokeToken();
  assert.equal((await send(text('z'))).error?.code, 190);
  simulator.heal();
  assert.equal((await send(text('z'))).error, undefined);
});

test('media: a link lives for five minutes, needs the token, and can be short, endless, gone or elsewhere', async () => {
  let now = Date.now();
  await using world = await given({ now: () => now });
  const { simulator, anna, post } = world;
  simulator.attach({
    from: anna.id,
    kind: 'document',
    name: 'price.pdf',
    mimeType: 'application/pdf',
    bytes: Buffer.from('%PDF-1.7'),
  });
  const [id = ''] = simulator.account.media.keys();
  const link = async () =>
    String(((await (await fetch(`${simulator.url}/v25.0/${id}`, { headers })).json()) as { url: string }).url);
  const headers = { authorization: `Bearer ${simulator.account.token}` };
  const status = async (url: string, given = headers) =>
    (await fetch(url, { headers: given, redirect: 'manual' })).status;
  const first = await link();
  assert.equal(await status(first), 200);
  assert.equal(await status(first, { authorization: 'Bearer x' }), 401);
  simulator.fail({ kind: 'file_redirect' });
  assert.equal(await status(first), 302);
  simulator.fail({ kind: 'file_shorter' });
  await assert.rejects(fetch(first, { headers }).then((response) => response.arrayBuffer()));
  now += 5 * 60_000;
  assert.equal(await status(first), 404);
  assert.equal(await status(await link()), 200);
  simulator.expireMedia();
  assert.equal((await post(id, {}, 'DELETE')).error?.code, 100);
});

test('a group is made, joined by its invitation, written to by both sides, and left', async () => {
  await using world = await given();
  const { simulator, anna, post, send, values } = world;
  const { account } = simulator;
  const events = () => values().flatMap(({ groups = [] }) => groups);
  await post(`${account.phoneNumberId}/groups`, { messaging_product: 'whatsapp', subject: 'Order 17' });
  const { group_id: group = '' } = (await until(() => events()[0])) ?? {};
  simulator.joinGroup({ from: anna.id, group });
  simulator.write({ from: anna.id, chat: group, text: 'hi all' });
  const sent = await send({ recipient_type: 'group', to: group, ...text('Hi all') });
  assert.equal(sent.error, undefined);
  const interactive = {
    type: 'interactive',
    interactive: { type: 'location_request_message', body: { text: '?' }, action: { name: 'send_location' } },
  };
  assert.equal((await send({ recipient_type: 'group', to: group, ...interactive })).error?.code, 131051);
  await until(() => simulator.view(group).messages.length === 2);
  await post(`${group}/participants`, { messaging_product: 'whatsapp', participants: [{ user: anna.id }] }, 'DELETE');
  await until(() => events().length === 3);
  assert.deepEqual(
    events().map(({ type }) => type),
    ['group_create', 'group_participants_add', 'group_participants_remove'],
  );
  const inGroup = values()
    .flatMap(({ messages = [] }) => messages)
    .find((message) => message.group_id === group);
  assert.equal(inGroup?.from, anna.id);
});

test('a person who hides their number is known by their user id alone', async () => {
  await using world = await given();
  const { simulator, send, values } = world;
  const oleg = simulator.person({ name: 'Oleg', hidesPhone: true, username: 'oleg.v' });
  simulator.write({ from: oleg.id, text: 'hello' });
  const message = await until(() => values().flatMap(({ messages = [] }) => messages)[0]);
  assert.deepEqual([message.from, message.from_user_id], [undefined, oleg.id]);
  assert.equal((await send({ to: undefined, recipient: oleg.id, ...text('hi') })).error, undefined);
  await until(() => simulator.view(oleg.id).messages.at(-1)?.state === 'delivered');
});
