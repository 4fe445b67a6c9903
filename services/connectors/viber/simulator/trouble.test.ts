import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text as textOf } from 'node:stream/consumers';
import { test } from 'node:test';
import { until } from '@trunkline/testkit';
import { createViberSimulator, type ViberOptions } from './index.ts';

/** A hook that keeps what comes and refuses what is not signed, and a person who has written. */
async function given(options: ViberOptions = {}) {
  const simulator = await createViberSimulator({ retryDelayMs: 5, ...options });
  const came: string[] = [];
  const server = createServer(async (request, response) => {
    const body = await textOf(request);
    const isGenuine = simulator.signs(body, String(request.headers['x-viber-content-signature'] ?? ''));
    if (isGenuine) came.push(body);
    response.writeHead(isGenuine ? 200 : 403).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const hookUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const call = async (method: string, body: object, token = simulator.account.token) => {
    const headers = { 'content-type': 'application/json', 'x-viber-auth-token': token };
    const response = await fetch(`${simulator.url}/pa/${method}`, {
      method: 'POST',
      headers,
      body: JSON.stringify(body),
    });
    assert.equal(response.status, 200);
    return (await response.json()) as { status: number; status_message: string; [field: string]: unknown };
  };
  await call('set_webhook', { url: hookUrl, event_types: ['delivered', 'seen', 'failed', 'conversation_started'] });
  const anna = simulator.person({ name: 'Anna' });
  const envelope = { receiver: anna.id, sender: { name: 'Shop' } };
  return {
    simulator,
    anna,
    came,
    hookUrl,
    call,
    send: async (fields: object) => (await call('send_message', { ...envelope, ...fields })).status,
    events: () => came.map((body) => JSON.parse(body) as { event: string; message?: { text: string } }),
    [Symbol.asyncDispose]: async () => {
      await simulator.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const text = (words: string) => ({ type: 'text', text: words });

test('the hook is called while it is set, and an address that does not answer is no hook', async () => {
  await using world = await given();
  assert.equal(world.events()[0]?.event, 'webhook');
  const refused = await world.call('set_webhook', { url: 'http://127.0.0.1:9/' });
  assert.equal(refused.status, 1);
  assert.equal((await world.call('set_webhook', { url: 'not an address' })).status, 1);
  assert.equal((await world.call('get_account_info', {}, 'another-token')).status, 2);
  assert.equal((await world.call('get_account_info', {})).webhook, world.hookUrl);
});

test('who has not subscribed may be written to once, just after they opened the conversation', async () => {
  let now = Date.now();
  await using world = await given({ now: () => now });
  const { simulator, anna, send } = world;
  assert.equal(await send(text('too early')), 6);
  simulator.start({ from: anna.id });
  assert.equal(await send(text('welcome')), 0);
  assert.equal(await send(text('and more')), 6);
  simulator.write({ from: anna.id, text: 'hello' });
  for (let sent = 0; sent < 100; sent += 1) assert.equal(await send(text('x')), 0);
  assert.equal(await send(text('x')), 12);
  now += 60 * 60_000;
  assert.equal(await send(text('x')), 0);
  simulator.unsubscribe({ from: anna.id });
  assert.equal(await send(text('x')), 6);
  assert.equal(await send({ ...text('x'), receiver: 'nobody' }), 5);
});

test('what is over a limit, or not in the form, is refused with its status', async () => {
  await using world = await given();
  const { simulator, anna, send } = world;
  simulator.write({ from: anna.id, text: 'hello' });
  const keys = (button: object) => ({
    ...text('x'),
    keyboard: { Type: 'keyboard', Buttons: [{ ActionBody: 'a', ...button }] },
  });
  const cases: readonly (readonly [fields: object, status: number])[] = [
    [text('я'.repeat(7_000)), 0],
    [text('я'.repeat(7_001)), 3],
    [{ text: 'x' }, 4],
    [{ type: 'text' }, 4],
    [{ type: 'telepathy' }, 3],
    [{ ...text('x'), sender: { name: 'x'.repeat(29) } }, 3],
    [{ ...text('x'), tracking_data: 'x'.repeat(4_001) }, 3],
    [{ ...text('x'), min_api_version: 11 }, 3],
    [keys({ Columns: 7 }), 3],
    [keys({ columns: 6 }), 3],
    [keys({ ActionType: 'share-phone' }), 3],
    [{ ...keys({ ActionType: 'share-phone' }), min_api_version: 3 }, 0],
    [{ type: 'contact', contact: { name: 'x'.repeat(29), phone_number: '1' } }, 3],
    [{ type: 'file', media: 'https://a.example/a.exe', size: 1, file_name: 'a.exe' }, 3],
    [{ type: 'picture', media: '/a.png' }, 3],
    [text('x'.repeat(40_000)), 3],
  ];
  for (const [fields, status] of cases) assert.equal(await send(fields), status, JSON.stringify(fields).slice(0, 120));
});

test('tokens are above 2^53; receipts bear the token of their message, and come before the answer when it is late', async () => {
  await using world = await given();
  const { simulator, anna, came, events, send } = world;
  simulator.write({ from: anna.id, text: 'hello' });
  simulator.fail({ kind: 'late_answer', delayMs: 200 });
  let isAnswered = false;
  const sending = send(text('x')).finally(() => {
    isAnswered = true;
  });
  await until(() => events().some(({ event }) => event === 'delivered'));
  assert.equal(isAnswered, false);
  await sending;
  simulator.read({ from: anna.id });
  await until(() => events().some(({ event }) => event === 'seen'));
  const tokenOf = (event: string) =>
    /"message_token":(\d+)/.exec(came.find((body) => body.includes(`"${event}"`)) ?? '')?.[1];
  assert.equal(tokenOf('seen'), tokenOf('delivered'));
  assert.ok(BigInt(tokenOf('seen') ?? 0) > 2n ** 53n);
  simulator.fail({ kind: 'failed_later' });
  await send(text('y'));
  await until(() => events().some(({ event }) => event === 'failed'));
});

test('events come twice and turned round; what is forged is not taken; links to files die after an hour', async () => {
  let now = Date.now();
  await using world = await given({ now: () => now });
  const { simulator, anna, events } = world;
  const texts = () => events().flatMap(({ message }) => (message === undefined ? [] : [message.text]));
  simulator.fail({ kind: 'wrong_proof' });
  simulator.fail({ kind: 'no_proof' });
  simulator.fail({ kind: 'repeated' });
  simulator.write({ from: anna.id, text: 'one' });
  await until(() => texts().length === 2);
  assert.deepEqual(simulator.forged, [403, 403]);
  simulator.fail({ kind: 'reversed', count: 2 });
  for (const word of ['two', 'three']) simulator.write({ from: anna.id, text: word });
  await until(() => texts().length === 4);
  assert.deepEqual(texts(), ['one', 'one', 'three', 'two']);
  simulator.attach({
    from: anna.id,
    kind: 'file',
    name: 'price.pdf',
    mimeType: 'application/pdf',
    bytes: Buffer.from('%PDF'),
  });
  const link = await until(() => /"media":"([^"]+)"/.exec(world.came.at(-1) ?? '')?.[1]);
  assert.equal((await fetch(link)).status, 200);
  now += 61 * 60_000;
  assert.equal((await fetch(link)).status, 403);
});

test('troubles of a call: too many, any status, cut after it was done, a token that is revoked', async () => {
  await using world = await given();
  const { simulator, anna, send } = world;
  simulator.write({ from: anna.id, text: 'hello' });
  simulator.fail({ kind: 'too_many_requests' });
  simulator.fail({ kind: 'refusal', code: 'noBalance' });
  simulator.fail({ kind: 'cut_after' });
  assert.deepEqual([await send(text('1')), await send(text('2'))], [12, 24]);
  await assert.rejects(send(text('3')));
  assert.deepEqual(
    simulator.view(anna.id).messages.map((message) => message.text),
    ['hello', '3'],
  );
  simulator.revokeToken();
  assert.equal(await send(text('4')), 2);
  simulator.heal();
  assert.equal(await send(text('4')), 0);
});
