import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, test as anyTest, before } from 'node:test';
import { startHttpDouble, until } from '@trunkline/testkit';
import { type Api, apiOf } from '../../../scripts/up/api.ts';
import { openPortalPage, type PortalSide } from '../../../scripts/up/once/portal-page.ts';
import { openVisitor } from '../../../scripts/up/once/visitor.ts';
import type { TelegramSimulator } from '../../../services/connectors/telegram/simulator/index.ts';
import { grpcCall } from '../../../services/gateway/src/testing/grpc-call.ts';
import { answered, assertRefused, callHook } from './hook-caller.ts';
import { runDemo, type WholeDemo } from './running-demo.ts';

const test = (name: string, body: () => Promise<void>) => anyTest(name, { timeout: 90_000 }, body);

let demo: WholeDemo;
let simulator: TelegramSimulator;
let portal: PortalSide;
let api: Api;
let anna: number;

before(async () => {
  demo = await runDemo();
  assert.ok(demo.simulator);
  simulator = demo.simulator;
  portal = await openPortalPage(demo.pageUrl);
  api = apiOf(demo.gatewayUrl, demo.demo.apiKey);
  anna = simulator.person({ first_name: 'Anna' }).id;
});

after(async () => {
  await portal?.[Symbol.asyncDispose]();
  await demo?.[Symbol.asyncDispose]();
});

const write = (text: string) => simulator.write({ from: anna, text });

/** Texts of the messages that the portal has taken, those that begin so. */
function received(start: string): string[] {
  const texts = portal.events.map(({ data }) => data.messageReceived?.content?.text?.plain ?? '');
  return texts.filter((text) => text.startsWith(start));
}

/** Everything before it has come: one lane, one portal, one order. */
async function settled(): Promise<void> {
  const mark = `mark ${randomUUID()}`;
  write(mark);
  await until(() => received(mark).length > 0, 60_000);
  assert.deepEqual(portal.problems, []);
}

/** Hook calls of the telegram connector with this outcome, by its metric. */
async function hookCalls(outcome: string): Promise<number> {
  const port = demo.instances.find(({ service }) => service === 'telegram')?.ports.metrics;
  const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  const lines = text.split('\n').filter((line) => line.startsWith('trunkline_hook_calls_total'));
  return Number(lines.find((line) => line.includes(`outcome="${outcome}"`))?.split(' ')[1] ?? 0);
}

const update = (text: string) =>
  JSON.stringify({
    update_id: 1,
    message: {
      ...{ message_id: 1, date: 1_700_000_000, text },
      chat: { id: 5, type: 'private', first_name: 'Eve' },
      from: { id: 5, is_bot: false, first_name: 'Eve' },
    },
  });

test('a hook call with a wrong secret or none is refused, counted, and not stored', async () => {
  const before = await hookCalls('bad_signature');
  const refusals = [
    await callHook(simulator, update('forged'), { secret: 'guessed' }),
    await callHook(simulator, update('forged'), { secret: undefined }),
  ];
  for (const refusal of refusals) assertRefused(refusal, { status: 401, code: 'bad_signature' });
  assert.equal(await hookCalls('bad_signature'), before + 2);
  await settled();
  assert.deepEqual(received('forged'), []);
});

test('a body over the limit is refused', async () => {
  const refusal = await callHook(simulator, new Uint8Array(4 * 1024 * 1024 + 1));
  assertRefused(refusal, { status: 413, code: 'too_large' });
});

test('what is no JSON and what is of an unknown kind is parked, and the lane goes on', async () => {
  const before = await hookCalls('parked');
  for (const body of ['{"update_id": 1, "mess', '', '[]', 'null', '{"update_id": 2, "telepathy": {}}', '\0\u{FFFF}'])
    assert.equal((await callHook(simulator, body)).status, 200, body);
  assert.equal(await hookCalls('parked'), before + 6);
  await settled();
});

test('the same update five times is one message', async () => {
  simulator.fail({ kind: 'repeated_update', copies: 5 });
  write('five times');
  await settled();
  assert.deepEqual(received('five times'), ['five times']);
});

test("an edit and a reaction carry their message's id, and are not taken for repeats of it", async () => {
  const message = write('a tpyo').message_id;
  simulator.edit({ from: anna, message, text: 'a typo' });
  simulator.edit({ from: anna, message, text: 'no typo' });
  simulator.react({ from: anna, message, emoji: ['👍'] });
  await settled();
  const written = portal.events.find(({ data }) => data.messageReceived?.content?.text?.plain === 'a tpyo');
  const id = written?.data.messageReceived?.id ?? written?.id;
  const edits = portal.events.flatMap(({ data }) => data.messageEdited ?? []).filter((edit) => edit.messageId === id);
  assert.deepEqual(
    edits.map(({ content }) => content?.text?.plain),
    ['a typo', 'no typo'],
  );
  assert.ok(portal.events.some(({ data }) => data.messageReaction?.messageId === id));
});

test('updates that come out of order arrive once each, without a gap in the stream', async () => {
  simulator.fail({ kind: 'reversed_updates', count: 4 });
  const texts = ['turned 1', 'turned 2', 'turned 3', 'turned 4'];
  for (const text of texts) write(text);
  await until(() => received('turned').length === texts.length, 30_000);
  await settled();
  assert.deepEqual(received('turned').toSorted(), texts);
});

test('an unknown channel is answered as one that is switched off', async () => {
  const request = { channelId: demo.demo.telegramChannelId };
  const unknown = await callHook(simulator, update('nobody'), { channelId: randomUUID() });
  const strange = await callHook(simulator, update('nobody'), { channelId: '..%2f..%00' });
  assertRefused(unknown, { status: 404, code: 'not_found' });
  assert.deepEqual(strange, unknown);
  assert.equal((await callHook(simulator, update('nobody'), { channelId: '%zz' })).status, 400);
  await api('DirectoryService/SwitchChannel', { ...request, isActive: false });
  try {
    await until(async () => (await callHook(simulator, update('nobody'))).status === 404);
    assert.deepEqual(await callHook(simulator, update('nobody')), unknown);
  } finally {
    await api('DirectoryService/SwitchChannel', { ...request, isActive: true });
  }
  await settled();
});

test('a text of 100,000 characters, right-to-left text and NUL bytes pass, and nobody is stopped by them', async () => {
  const long = `long ${'x'.repeat(99_995)}`;
  for (const text of [long, 'rtl \u202Eשלום\u202C عليكم', 'nul \0 byte']) write(text);
  await settled();
  assert.ok(received('long').join('').length >= 99_999);
  assert.deepEqual(received('rtl'), ['rtl \u202Eשלום\u202C عليكم']);
  assert.equal(received('nul').length, 1);
});

test('a widget hears at once that its message is too long, and goes on', async () => {
  await using visitor = await openVisitor(demo.gatewayUrl, demo.demo.webchatChannelId);
  await assert.rejects(visitor.write('w'.repeat(10_001)), /refused: text/);
  await visitor.write('short enough');
  await until(() => received('short enough').length === 1);
});

test('a long answer with emoji at the border of its parts arrives whole', async () => {
  write('Tell me everything');
  const { conversationId } = await portal.received('Tell me everything');
  const before = simulator.screen(anna).messages.length;
  const answer = `${'👩‍👩‍👧'.repeat(1_124)}e`;
  assert.ok(answer.length > 8_990);
  await portal.answer(conversationId, answer);
  const shown = () =>
    simulator
      .screen(anna)
      .messages.slice(before)
      .map(({ text }) => String(text));
  await until(() => shown().join('').length >= answer.length, 30_000);
  assert.ok(shown().length >= 3);
  assert.equal(shown().join(''), answer);
  assert.ok(shown().every((part) => part.isWellFormed() && part.length <= 4_096));
});

test('a call without key, with an unknown key, without idempotency key is refused with a remedy', async () => {
  const url = new URL('/v1/MessageService/Submit', demo.gatewayUrl);
  const call = (key: string | undefined, body: string) =>
    answered(url, {
      method: 'POST',
      body,
      headers: { 'content-type': 'application/json', ...(key && { authorization: `Bearer ${key}` }) },
    });
  assertRefused(await call(undefined, '{}'), { status: 401, code: 'unauthenticated' });
  assertRefused(await call('tk_guessed', '{}'), { status: 401, code: 'unauthenticated' });
  for (const body of ['{}', '{', '[]', '{"telepathy": 1}', '{"message": {"conversationId": "\\u0000"}}'])
    assertRefused(await call(demo.demo.apiKey, body), { status: 400, code: 'invalid_argument' });
  const unknown = await grpcCall(
    `127.0.0.1:${demo.grpc}`,
    '/trunkline.message.v1.MessageService/Submit',
    Buffer.alloc(0),
  );
  assert.equal(unknown.status, 16);
});

test('the same key and body get the same answer, another body is refused', async () => {
  write('Repeat after me');
  const { conversationId } = await portal.received('Repeat after me');
  const idempotencyKey = randomUUID();
  const submit = (plain: string) =>
    answered(new URL('/v1/MessageService/Submit', demo.gatewayUrl), {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${demo.demo.apiKey}` },
      body: JSON.stringify({
        tenantId: demo.demo.tenantId,
        idempotencyKey,
        message: { conversationId, message: { content: { text: { plain } } } },
      }),
    });
  const first = await submit('once');
  assert.equal(first.status, 200, JSON.stringify(first.body));
  const again = await submit('once');
  assert.deepEqual(again.body, { ...first.body, isRepeat: true });
  assertRefused(await submit('twice'), { status: 409, code: 'already_exists' });
});

test('portals that answer 500, hang or redirect wait for themselves, and redirects are not followed', async () => {
  const asked = new Map<string, number>();
  await using unruly = await startHttpDouble(({ url }) => {
    asked.set(url.pathname, (asked.get(url.pathname) ?? 0) + 1);
    if (url.pathname === '/hangs') return 'hang';
    if (url.pathname === '/redirects') return { status: 307, headers: { location: `${unruly.url}/elsewhere` } };
    return { status: 500, body: 'x'.repeat(1_000) };
  });
  const paths = ['/errs', '/hangs', '/redirects'];
  const portalIds = await Promise.all(paths.map((path) => portalWithVisitor(`${unruly.url}${path}`)));
  await until(() => paths.every((path) => (asked.get(path) ?? 0) > 0), 30_000);
  const since = performance.now();
  await settled();
  assert.ok(performance.now() - since < 5_000, 'a sick portal delayed a well one');
  for (const [index, code] of ['portal_unavailable', 'portal_timeout', 'portal_redirected'].entries()) {
    const request = { portalId: portalIds[index] };
    await until(async () => {
      const { waiting, lastError } = await api<{ waiting: string; lastError: string }>(
        'DeliveryService/GetBacklog',
        request,
      );
      return lastError === code && Number(waiting) > 0;
    }, 30_000);
  }
  assert.equal(asked.get('/elsewhere'), undefined);
  for (const portalId of portalIds) await api('DirectoryService/SwitchPortal', { portalId, isActive: false });
});

/** Another portal of the tenant, with a line and a widget of its own in which somebody has written. */
async function portalWithVisitor(url: string): Promise<string> {
  const order = () => ({ tenantId: demo.demo.tenantId, idempotencyKey: randomUUID(), name: 'Unruly' });
  const made = await api<{ portal: { id: string } }>('DirectoryService/CreatePortal', { ...order(), url });
  const portalId = made.portal.id;
  const line = await api<{ id: string }>('DirectoryService/CreateLine', { ...order(), portalId });
  const request = { ...order(), connector: 'webchat', lineId: line.id, settingsJson: '{}' };
  const channel = await api<{ id: string }>('DirectoryService/CreateChannel', request);
  const visitor = await until(() => openVisitor(demo.gatewayUrl, channel.id).catch(() => undefined));
  await visitor.write('Is anybody there?');
  await visitor[Symbol.asyncDispose]();
  return portalId;
}
