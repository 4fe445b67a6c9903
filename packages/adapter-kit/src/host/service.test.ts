import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { ChannelState, type IngressItem, MessageState } from '@trunkline/contracts';
import type { HostedService, StartedService } from '@trunkline/runtime';
import { until } from '@trunkline/testkit';
import { type Surroundings, sendText, startSurroundings, token } from '../testing/surroundings.ts';

let around: Surroundings;
let hosted: HostedService<unknown>;
let service: StartedService<unknown>;
before(async () => {
  around = await startSurroundings();
  hosted = around.start();
  service = await hosted.ready;
});
after(async () => {
  await hosted?.stop();
  await around?.[Symbol.asyncDispose]();
});

async function call(channelId: string, body: unknown, headers: Record<string, string> = { 'x-sample-token': token }) {
  const url = `${service.addresses.http}/hooks/sample/${channelId}`;
  return await fetch(url, { method: 'POST', headers, body: typeof body === 'string' ? body : JSON.stringify(body) });
}

const hookCalls = (items: readonly IngressItem[]) =>
  items.flatMap(({ item }) => (item?.$case === 'hookCall' ? [item.value] : []));
const results = (items: readonly IngressItem[]) =>
  items.flatMap(({ item }) => (item?.$case === 'sendResult' ? [item.value] : []));

/** Results of a channel, once there are so many. */
async function resultsOf(channelId: string, count: number) {
  return await until(async () => {
    const found = results(await around.entered(channelId));
    return found.length >= count && found;
  });
}

/** A channel that the service has heard of. */
async function aChannel(more: Parameters<Surroundings['channel']>[0] = {}) {
  const id = await around.channel(more);
  if (more.isActive !== false) await until(async () => (await call(id, {}, {})).status === 401);
  return id;
}

test('a genuine call is stored, raw and understood, before it is answered', async () => {
  const id = await aChannel();
  const response = await call(id, { seq: 7, from: 'anna', text: 'hello' });
  assert.deepEqual([response.status, await response.text()], [200, 'ok']);
  const [stored] = hookCalls(await around.entered(id));
  assert.equal(stored?.raw.toString(), '{"seq":7,"from":"anna","text":"hello"}');
  assert.equal(stored?.events[0]?.dedupeKey, 'message:7');
  assert.equal(stored?.connector, 'sample');
});

test('what is not understood is stored with the reason and answered well', async () => {
  const id = await aChannel();
  for (const body of ['no json', { kind: 'poll' }]) assert.equal((await call(id, body)).status, 200);
  const stored = hookCalls(await around.entered(id)).map(({ parseError, events }) => [parseError, events.length]);
  const reasons = ['malformed: the body is not valid JSON', 'unknown_kind: an update of an unknown kind'];
  assert.deepEqual(
    stored,
    reasons.map((reason) => [reason, 0]),
  );
});

test('a strange update in a batch is kept with the whole body, and the others arrive', async () => {
  const id = await aChannel();
  const body = [{ seq: 1, from: 'a', text: 'one' }, { kind: 'poll' }, { seq: 2, from: 'a', text: 'two' }];
  assert.equal((await call(id, body)).status, 200);
  const stored = hookCalls(await around.entered(id));
  assert.deepEqual(
    stored.map(({ parseError, events, raw }) => [parseError, events.map(({ dedupeKey }) => dedupeKey), raw.toString()]),
    [
      ['', ['message:1', 'message:2'], ''],
      ['unknown_kind: an update of an unknown kind', [], JSON.stringify(body)],
    ],
  );
});

test('what tells nothing is answered, and is neither kept nor counted against the tenant', async () => {
  await using hosted = around.start({ TENANT_PER_SECOND: '0.001', TENANT_BURST: '1' });
  const { addresses } = await hosted.ready;
  const id = await aChannel();
  const ask = async (account: string) => {
    const body = JSON.stringify({ seq: 1, from: 'a', text: 'b', account });
    const headers = { 'x-sample-token': token };
    return (await fetch(`${addresses.http}/hooks/sample/${id}`, { method: 'POST', headers, body })).status;
  };
  await until(async () => (await ask('another')) === 200);
  for (let number = 0; number < 3; number += 1) assert.equal(await ask('another'), 200);
  assert.deepEqual(await around.entered(id), []);
  assert.deepEqual([await ask(''), await ask('')], [200, 429]);
});

test('every call is counted once, by what became of it', async () => {
  const id = await aChannel();
  const outcomes = async () => {
    const text = await (await fetch(`${service.addresses.metrics}/metrics`)).text();
    const found = [...text.matchAll(/^trunkline_hook_calls_total\{.*?outcome="(\w+)".*?\} (\d+)/gm)];
    return Object.fromEntries(found.map(([, outcome, count]) => [outcome, Number(count)]));
  };
  const before = await outcomes();
  assert.equal(before.unavailable, 0, 'what has not happened yet is 0, so that its first call is an increase');
  const refused = { seq: 9, from: 'anna', text: 'too much' };
  const bodies = [{ seq: 8, from: 'anna', text: 'hello' }, 'no json', { kind: 'poll' }, refused];
  for (const body of bodies) await call(id, body);
  const now = await outcomes();
  const more = ['stored', 'parked', 'refused'].map((outcome) => (now[outcome] ?? 0) - (before[outcome] ?? 0));
  assert.deepEqual(more, [1, 2, 1]);
});

test('a genuine call that the connector refuses is answered in its words and kept nowhere', async () => {
  const id = await aChannel();
  const refused = await call(id, { seq: 1, from: 'anna', text: 'too much' });
  assert.deepEqual([refused.status, await refused.text()], [422, 'TOO_MUCH']);
  assert.equal((await call(id, { seq: 2, from: 'anna', text: 'away' })).status, 503);
  assert.equal((await call(id, { seq: 3, from: 'anna', text: 'too much' }, {})).status, 401, 'the proof comes first');
  assert.equal((await call(id, { seq: 4, from: 'anna', text: 'hello' })).status, 200);
  assert.deepEqual(
    hookCalls(await around.entered(id)).map(({ events }) => events[0]?.dedupeKey),
    ['message:4'],
  );
});

test('a forged, an unknown, a switched off and a huge call are refused and not stored', async () => {
  const id = await aChannel();
  const off = await aChannel({ isActive: false });
  assert.equal((await call(id, { seq: 1 }, { 'x-sample-token': 'wrong' })).status, 401);
  assert.equal((await call(id, { seq: 1 }, {})).status, 401);
  for (const unknown of [off, '11111111-1111-4111-8111-111111111111', 'x'.repeat(900)]) {
    const response = await call(unknown, { seq: 1, from: 'a', text: 'b' });
    assert.deepEqual(
      [response.status, ((await response.json()) as { message: string }).message],
      [404, 'There is nothing under this address.'],
    );
  }
  assert.equal((await call(id, 'x'.repeat(5 * 1024 * 1024))).status, 413);
  assert.deepEqual([...(await around.entered(id)), ...(await around.entered(off))], []);
});

test('an order is sent once, its result told, and the platform ids kept', async () => {
  const id = await aChannel();
  await around.order(sendText(id, 'bob', 'hello', { id: 'm-1' }));
  const [result] = await resultsOf(id, 1);
  assert.equal(result?.state, MessageState.MESSAGE_STATE_SENT);
  assert.deepEqual(result?.platformIds, ['p-m-1']);
  assert.deepEqual(
    around.platform.asked.filter(({ id: asked }) => asked === 'm-1').map(({ to, text }) => [to, text]),
    [['bob', 'hello']],
  );
});

test('a refusal is final, and the next order of the conversation goes on', async () => {
  const id = await aChannel();
  around.platform.react = (asked) =>
    asked.text === 'no' ? { status: 403, body: {} } : { status: 200, body: { id: 'p' } };
  await around.order(sendText(id, 'bob', 'no'), sendText(id, 'bob', 'yes'));
  const both = await resultsOf(id, 2);
  assert.deepEqual(
    both.map(({ state, error }) => [state, error?.code]),
    [
      [MessageState.MESSAGE_STATE_FAILED, 'recipient_blocked'],
      [MessageState.MESSAGE_STATE_SENT, undefined],
    ],
  );
});

test('"later" for one conversation keeps its order and lets the others pass', async () => {
  const id = await aChannel();
  let refusals = 0;
  around.platform.react = ({ to, id: asked }) =>
    to === 'slow' && refusals++ < 1
      ? { status: 429, body: { retryAfterMs: 600, scope: 'conversation' } }
      : { status: 200, body: { id: asked } };
  await around.order(sendText(id, 'slow', '1'), sendText(id, 'slow', '2'), sendText(id, 'fast', '3'));
  await resultsOf(id, 3);
  const order = around.platform.asked.filter(({ to }) => ['slow', 'fast'].includes(to)).map(({ text }) => text);
  // Of two conversations each calls when it is ready: which first call is the first is nobody's promise.
  assert.deepEqual(order.slice(0, 2).toSorted(), ['1', '3']);
  assert.deepEqual(order.slice(2), ['1', '2']);
});

test('"later" for the channel holds everything of it, and nothing of another', async () => {
  const [id, other] = [await aChannel(), await aChannel()];
  let refusals = 0;
  around.platform.react = ({ to, id: asked }) =>
    to === 'first' && refusals++ < 1
      ? { status: 429, body: { retryAfterMs: 900, scope: 'channel' } }
      : { status: 200, body: { id: asked } };
  await around.order(sendText(id, 'first', 'a'));
  await until(() => refusals === 1);
  await around.order(sendText(id, 'second', 'b'));
  await around.order(sendText(other, 'third', 'c'));
  await resultsOf(id, 2);
  const asked = around.platform.asked.filter(({ to }) => ['first', 'second', 'third'].includes(to));
  assert.deepEqual(
    asked.slice(0, 2).map(({ to }) => to),
    ['first', 'third'],
  );
  const after = asked.slice(2).map(({ to, atMs }) => [to, atMs - (asked[0]?.atMs ?? 0) >= 900]);
  assert.deepEqual(after.toSorted(), [
    ['first', true],
    ['second', true],
  ]);
});

test('a conversation that must wait long is held aside, in order, and comes back', async () => {
  const id = await aChannel();
  let refusals = 0;
  around.platform.react = ({ to, id: asked }) =>
    to === 'held' && refusals++ < 1
      ? { status: 429, body: { retryAfterMs: 5_200, scope: 'conversation' } }
      : { status: 200, body: { id: asked } };
  await around.order(sendText(id, 'held', '1'), sendText(id, 'held', '2'));
  await until(() => refusals === 1);
  await around.order(sendText(id, 'held', '3'), sendText(id, 'free', '4'));
  await resultsOf(id, 4);
  const order = around.platform.asked.filter(({ to }) => ['held', 'free'].includes(to)).map(({ text }) => text);
  assert.deepEqual(order, ['1', '4', '1', '2', '3']);
});

test('a revoked token holds the channel and is told once; a new one lets everything go on', async () => {
  const id = await aChannel();
  let isRevoked = true;
  around.platform.react = ({ id: asked }) => (isRevoked ? { status: 401 } : { status: 200, body: { id: asked } });
  await around.order(sendText(id, 'eve', '1'), sendText(id, 'eve', '2'));
  const states = async () => hookCalls(await around.entered(id)).flatMap(({ events }) => events);
  const [told] = await until(async () => {
    const found = await states();
    return found.length > 0 && found;
  });
  assert.ok(told?.event?.$case === 'channelState');
  assert.equal(told.event.value.state, ChannelState.CHANNEL_STATE_NEEDS_SIGN_IN);
  isRevoked = false;
  await around.channel({ id, revision: 2 });
  await resultsOf(id, 2);
  const asked = around.platform.asked.filter(({ to }) => to === 'eve').map(({ text }) => text);
  assert.deepEqual(asked, ['1', '1', '2'], 'without a probe, sending itself finds out');
  assert.equal((await states()).length, 1);
});

test('a channel that is off sends nothing until it is on again, and what expired meanwhile never', async () => {
  const id = await aChannel({ isActive: false });
  around.platform.react = ({ id: asked }) => ({ status: 200, body: { id: asked } });
  await around.order(
    sendText(id, 'old', 'too late', { expiresAt: new Date(Date.now() - 1_000) }),
    sendText(id, 'off', 'in time'),
  );
  const [expired] = await resultsOf(id, 1);
  assert.deepEqual([expired?.state, expired?.error?.code], [MessageState.MESSAGE_STATE_EXPIRED, 'expired']);
  await around.channel({ id, isActive: true });
  await resultsOf(id, 2);
  const asked = around.platform.asked.filter(({ to }) => ['old', 'off'].includes(to)).map(({ text }) => text);
  assert.deepEqual(asked, ['in time']);
});
