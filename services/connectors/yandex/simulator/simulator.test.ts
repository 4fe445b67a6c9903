import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text as textOf } from 'node:stream/consumers';
import { test } from 'node:test';
import { until } from '@trunkline/testkit';
import { fromBigJson, toBigJson } from '@trunkline/testkit/simulator';
import { createYandexSimulator, type YandexOptions } from './index.ts';

interface Update {
  readonly update_id: number;
  readonly message_id: bigint;
  readonly text?: string;
  readonly [field: string]: unknown;
}

/** A hook that keeps what comes, and a person. No SDK of this platform is named or known. */
async function given(options: YandexOptions = {}) {
  const simulator = await createYandexSimulator({ retryDelayMs: 5, ...options });
  const { bot, url } = simulator;
  const came: Update[] = [];
  let calls = 0;
  let answerAfterMs = 0;
  const server = createServer(async (request, response) => {
    const { updates } = fromBigJson(await textOf(request)) as { updates: Update[] };
    came.push(...updates);
    calls += 1;
    setTimeout(() => response.end(), answerAfterMs);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const call = async (method: string, body: object | FormData, token = bot.token) => {
    const isForm = body instanceof FormData;
    const headers = { authorization: `OAuth ${token}`, ...(isForm ? {} : { 'content-type': 'application/json' }) };
    const response = await fetch(`${url}/bot/v1/${method}/`, {
      method: 'POST',
      headers,
      body: isForm ? body : toBigJson(body),
    });
    const answer = fromBigJson(await response.text()) as {
      ok: boolean;
      code?: number;
      message_id?: bigint;
      updates?: Update[];
      [field: string]: unknown;
    };
    return { status: response.status, ...answer };
  };
  const anna = simulator.person({ name: 'Anna K' });
  return {
    simulator,
    anna,
    came,
    call,
    calls: () => calls,
    setHook: () =>
      call('self/update', { webhook_url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/ya/unguessable` }),
    send: (fields: object) => call('messages/sendText', { login: anna.login, ...fields }),
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

test('updates are fetched and forgotten by their numbers; a hook makes fetching silent', async () => {
  await using world = await given();
  const { simulator, anna, call, came, setHook } = world;
  for (const text of ['one', 'two', 'three']) simulator.write({ from: anna.login, text });
  const fetched = async (fields: object) => (await call('messages/getUpdates', fields)).updates ?? [];
  const [first] = await fetched({ limit: 1 });
  assert.equal(first?.text, 'one');
  assert.ok(Number(first?.message_id) > 2 ** 53);
  assert.deepEqual(
    (await fetched({ offset: Number(first?.update_id) + 1 })).map(({ text }) => text),
    ['two', 'three'],
  );
  assert.equal((await fetched({})).length, 2, 'the first is forgotten');
  assert.equal((await call('messages/getUpdates', { limit: 1_001 })).code, 400);
  assert.equal((await setHook()).status, 200);
  assert.deepEqual(await fetched({}), []);
  simulator.write({ from: anna.login, text: 'four' });
  await until(() => came.length === 1);
  await call('self/update', { webhook_url: null });
  simulator.write({ from: anna.login, text: 'five' });
  assert.equal((await fetched({})).at(-1)?.text, 'five');
});

test('everything that people do comes in, by the hook', async () => {
  await using world = await given();
  const { simulator, anna, call, came, send, setHook } = world;
  await setHook();
  const first = simulator.write({ from: anna.login, text: 'Привет' });
  simulator.write({ from: anna.login, text: 'an answer', replyTo: first });
  simulator.attach({ from: anna.login, kind: 'image', mimeType: 'image/png', bytes: Buffer.from('picture') });
  simulator.attach({ from: anna.login, kind: 'file', name: 'price.pdf', bytes: Buffer.from('%PDF') });
  simulator.sendSticker({ from: anna.login });
  const directives = [{ type: 'server_action', name: 'later', payload: { a: 1 } }];
  await send({ text: '?', suggest_buttons: { buttons: [[{ id: 'b1', title: 'Later', directives }]] } });
  await send({ text: '?', inline_keyboard: [{ text: 'Old', callback_data: { a: 2 } }] });
  const asked = simulator.view(anna.login).messages.filter(({ by }) => by === 'account');
  for (const [index, button] of ['Later', 'Old'].entries())
    simulator.press({ from: anna.login, message: String(asked[index]?.id), button });
  const group = simulator.createGroup({ from: anna.login, title: 'Order 17' });
  simulator.write({ from: anna.login, chat: group, text: 'hi all' });
  await until(() => came.length === 8);
  const kinds = ['text', 'images', 'file', 'sticker', 'bot_request', 'callback_data'];
  assert.deepEqual(
    came.map((update) => kinds.filter((kind) => kind in update).at(-1)),
    ['text', 'text', 'images', 'file', 'sticker', 'bot_request', 'callback_data', 'text'],
  );
  assert.deepEqual(came[6]?.callback_data, { a: 2 });
  assert.match(toBigJson(came[7]), /"type":"group"/);
  const [, id] = /"file":\{"id":"([^"]+)"/.exec(toBigJson(came[3])) ?? [];
  const headers = { authorization: `OAuth ${simulator.bot.token}`, 'content-type': 'application/json' };
  const file = await fetch(`${simulator.url}/bot/v1/messages/getFile/`, {
    method: 'POST',
    headers,
    body: JSON.stringify({ file_id: id }),
  });
  assert.equal(await file.text(), '%PDF');
  assert.equal((await call('messages/sendText', { chat_id: group, text: 'Hi all' })).ok, true);
});

test('a message is written once under its payload_id, quoted, changed and deleted; files are sent', async () => {
  await using world = await given();
  const { simulator, anna, call, send } = world;
  const first = simulator.write({ from: anna.login, text: 'hello' });
  const once = () => send({ text: 'Order 17', payload_id: 'p-1', reply_message_id: BigInt(first) });
  const { message_id: id } = await once();
  assert.equal((await once()).message_id, id);
  const last = () => simulator.view(anna.login).messages.at(-1);
  assert.deepEqual([simulator.view(anna.login).messages.length, last()?.quote], [2, 'hello']);
  await send({ text: 'Order 18', message_id: id });
  assert.equal(last()?.text, 'Order 18');
  await call('messages/delete', { login: anna.login, message_id: id });
  assert.equal(last()?.isDeleted, true);
  for (const [method, field, type] of [
    ['sendFile', 'document', 'application/pdf'],
    ['sendImage', 'image', 'image/png'],
  ] as const) {
    const form = new FormData();
    form.set('login', anna.login);
    form.set(field, new Blob(['bytes'], { type }), 'a.bin');
    assert.equal((await call(`messages/${method}`, form)).ok, true, method);
  }
  assert.equal(last()?.media?.kind, 'image');
  assert.equal(
    (await call('messages/sendSticker', { login: anna.login, sticker_id: '1', sticker_set_id: 'cats' })).ok,
    true,
  );
});

test('what is over a limit, or not in the form, is refused with its code', async () => {
  await using world = await given();
  const { simulator, anna, send, call } = world;
  const cases: readonly (readonly [fields: object, code: number | undefined])[] = [
    [{ text: 'я'.repeat(6_000) }, undefined],
    [{ text: 'я'.repeat(6_001) }, 400],
    [{}, 400],
    [{ text: 'x', parse_mode: 'HTML' }, 400],
    [{ text: 'x', chat_id: 'both' }, 400],
    [{ text: 'x', login: 'nobody@company.ru' }, 400],
    [{ text: 'x', login: undefined, chat_id: 'nowhere' }, 404],
    [{ text: 'x', reply_message_id: 1 }, 400],
    [{ text: 'x', message_id: 1 }, 404],
    [{ text: 'x', suggest_buttons: { buttons: [[{ title: 'x', directives: [{ type: 'telepathy' }] }]] } }, 400],
  ];
  for (const [fields, code] of cases)
    assert.equal((await send(fields)).code, code, JSON.stringify(fields).slice(0, 120));
  assert.equal((await call('messages/sendText', { login: anna.login, text: 'x' }, 'another')).status, 401);
  assert.equal((await call('messages/telepathy', {})).status, 404);
  simulator.removeBot({ from: anna.login });
  assert.equal((await send({ text: 'x' })).code, 403);
});

test('troubles: twice, turned round, together, late; too many, cut after it was done and not doubled', async () => {
  await using world = await given({ answerLimitMs: 100 });
  const { simulator, anna, came, send, setHook, calls } = world;
  await setHook();
  simulator.fail({ kind: 'repeated' });
  simulator.write({ from: anna.login, text: 'one' });
  await until(() => came.length === 2);
  simulator.fail({ kind: 'reversed', count: 2 });
  for (const text of ['two', 'three']) simulator.write({ from: anna.login, text });
  await until(() => came.length === 4);
  simulator.fail({ kind: 'batched', count: 2 });
  for (const text of ['four', 'five']) simulator.write({ from: anna.login, text });
  await until(() => came.length === 6);
  assert.deepEqual(
    came.map(({ text }) => text),
    ['one', 'one', 'three', 'two', 'four', 'five'],
  );
  assert.equal(calls(), 5);
  simulator.fail({ kind: 'too_many_requests', seconds: 3 });
  assert.equal((await send({ text: 'x' })).code, 429);
  simulator.fail({ kind: 'cut_after' });
  await assert.rejects(send({ text: 'once', payload_id: 'p-1' }));
  assert.equal((await send({ text: 'once', payload_id: 'p-1' })).ok, true);
  assert.equal(simulator.view(anna.login).messages.filter(({ text }) => text === 'once').length, 1);
  world.answerAfter(200);
  simulator.write({ from: anna.login, text: 'late' });
  await until(() => simulator.takeComplaints().some((complaint) => complaint.includes('within 100 ms')));
  world.answerAfter(0);
  await until(() => simulator.waiting() === 0);
  simulator.takeComplaints();
});
