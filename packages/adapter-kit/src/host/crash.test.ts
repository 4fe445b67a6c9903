import assert from 'node:assert/strict';
import { test } from 'node:test';
import { GroupOrder, MessageState } from '@trunkline/contracts';
import { until } from '@trunkline/testkit';
import { sent } from '../testing/platform.ts';
import { quickly, startProcess } from '../testing/process.ts';
import { resultsOf, timesAsked } from '../testing/results.ts';
import { sendText, startSurroundings, token } from '../testing/surroundings.ts';

const { MESSAGE_STATE_SENT: SENT, MESSAGE_STATE_UNKNOWN: UNKNOWN } = MessageState;

test('killed in the middle of a call: unknown for good, never sent twice, and the conversation goes on', async () => {
  await using around = await startSurroundings();
  const channelId = await around.channel();
  around.platform.react = (asked) => (asked.text === 'lost' ? 'hang' : sent(asked));
  await using first = startProcess(around);
  await around.order(
    sendText(channelId, 'bob', 'lost', { id: 'lost' }),
    sendText(channelId, 'bob', 'next', { id: 'next' }),
  );
  await until(() => timesAsked(around, 'lost') === 1, 30_000);
  await first[Symbol.asyncDispose]();

  await using _second = startProcess(around);
  const results = await until(async () => {
    const found = await resultsOf(around, channelId);
    return found.size === 2 && found;
  }, 30_000);
  assert.deepEqual([results.get('lost')?.state, results.get('next')?.state], [UNKNOWN, SENT]);
  assert.equal(results.get('lost')?.error?.code, 'unknown_outcome');
  assert.deepEqual([timesAsked(around, 'lost'), timesAsked(around, 'next')], [1, 1]);
});

test('killed in the middle of a call, and an echo proves it: sent', async () => {
  await using around = await startSurroundings();
  const channelId = await around.channel();
  around.platform.react = () => 'hang';
  await using first = startProcess(around);
  await around.order(sendText(channelId, 'bob', 'hello', { id: 'echoed' }));
  await until(() => timesAsked(around, 'echoed') === 1, 30_000);
  await first[Symbol.asyncDispose]();

  await using second = around.start({ SEND_DOUBT_SECONDS: '600' });
  const { addresses } = await second.ready;
  const echo = { seq: 9, from: 'bob', text: 'hello', echoOf: 'echoed' };
  await until(async () => {
    const url = `${addresses.http}/hooks/sample/${channelId}`;
    const headers = { 'x-sample-token': token };
    return (await fetch(url, { method: 'POST', headers, body: JSON.stringify(echo) })).ok;
  });
  const result = await until(async () => (await resultsOf(around, channelId)).get('echoed'), 30_000);
  assert.deepEqual([result.state, result.platformIds], [SENT, ['9']]);
  assert.equal(timesAsked(around, 'echoed'), 1);
});

test('a platform that drops repeats is asked again with the same key', async () => {
  await using around = await startSurroundings('keyed');
  const channelId = await around.channel();
  around.platform.react = (asked) => (timesAsked(around, asked.id) === 1 ? 'hang' : sent(asked));
  await using first = startProcess(around);
  await around.order(sendText(channelId, 'bob', 'hello', { id: 'again' }));
  await until(() => timesAsked(around, 'again') === 1, 30_000);
  await first[Symbol.asyncDispose]();

  await using _second = startProcess(around);
  const result = await until(async () => (await resultsOf(around, channelId)).get('again'), 30_000);
  assert.equal(result.state, SENT);
  assert.equal(timesAsked(around, 'again'), 2);
});

test('an answer that never comes is no failure: unknown, and the next order goes on', async () => {
  await using around = await startSurroundings();
  const channelId = await around.channel();
  around.platform.react = (asked) => (asked.text === 'cut' ? 'cut' : sent(asked));
  await using _service = around.start(quickly);
  await around.order(
    sendText(channelId, 'bob', 'cut', { id: 'cut' }),
    sendText(channelId, 'bob', 'next', { id: 'next' }),
  );
  const results = await until(async () => {
    const found = await resultsOf(around, channelId);
    return found.size === 2 && found;
  }, 30_000);
  assert.deepEqual([results.get('cut')?.state, results.get('next')?.state], [UNKNOWN, SENT]);
  assert.deepEqual([timesAsked(around, 'cut'), timesAsked(around, 'next')], [1, 1]);
});

test('killed again and again under load: nothing twice, nothing lost, every conversation in order', async () => {
  await using around = await startSurroundings();
  const channelId = await around.channel();
  const count = 900;
  const conversations = 40;
  for (let from = 0; from < count; from += 100) {
    const numbers = Array.from({ length: 100 }, (_, index) => from + index);
    await around.order(
      ...numbers.map((number) => sendText(channelId, `c${number % conversations}`, `${number}`, { id: `m${number}` })),
    );
  }
  for (const upTo of [200, 500]) {
    await using _process = startProcess(around);
    await until(() => around.platform.asked.length >= upTo, 60_000);
  }
  await using _last = startProcess(around);
  const results = await until(async () => {
    const found = await resultsOf(around, channelId);
    return found.size === count && found;
  }, 60_000);

  const asked = around.platform.asked.map(({ id }) => id);
  assert.equal(new Set(asked).size, asked.length, 'nothing was sent twice');
  const states = [...results.values()].map(({ state }) => state);
  assert.ok(states.every((state) => state === SENT || state === UNKNOWN));
  assert.ok(states.filter((state) => state === UNKNOWN).length <= 3 * 8);
  for (const { messageId, state } of results.values()) if (state === SENT) assert.ok(asked.includes(messageId));
  const inOrder = Map.groupBy(around.platform.asked, ({ to }) => to);
  for (const told of inOrder.values()) {
    const numbers = told.map(({ text }) => Number(text));
    assert.deepEqual(
      numbers,
      numbers.toSorted((a, b) => a - b),
    );
  }
});

test('while the bus or the database is away the messenger hears 503 or is stored, and everything goes on by itself', async () => {
  await using around = await startSurroundings();
  const channelId = await around.channel();
  await using service = around.start(quickly);
  const { addresses } = await service.ready;
  let seq = 0;
  const call = async () => {
    seq += 1;
    const body = JSON.stringify({ seq, from: 'bob', text: 'hello' });
    const headers = { 'x-sample-token': token };
    return (await fetch(`${addresses.http}/hooks/sample/${channelId}`, { method: 'POST', headers, body })).status;
  };
  await until(async () => (await call()) === 200);

  await around.servers.kill('mongo');
  assert.equal(await call(), 200, 'nothing of the database stands between the messenger and the bus');
  await around.order(sendText(channelId, 'bob', 'waits', { id: 'waits' }));
  await around.servers.restart('mongo');
  await until(async () => (await resultsOf(around, channelId)).get('waits')?.state === SENT, 40_000);

  await around.servers.kill('nats');
  assert.equal(await call(), 503);
  await around.servers.restart('nats');
  await until(async () => (await call()) === 200, 30_000);
  await around.order(sendText(channelId, 'bob', 'after', { id: 'after' }));
  await until(async () => (await resultsOf(around, channelId)).get('after')?.state === SENT, 40_000);
  assert.deepEqual([timesAsked(around, 'waits'), timesAsked(around, 'after')], [1, 1]);
});

test('stopped while the bus is away, in the middle of a call: it ends all the same, and the next one goes on', async () => {
  await using around = await startSurroundings();
  const channelId = await around.channel();
  around.platform.react = (asked) => (asked.text === 'lost' ? 'hang' : sent(asked));
  await using first = startProcess(around, { SEND_TIMEOUT_SECONDS: '30' });
  await around.order(
    sendText(channelId, 'bob', 'lost', { id: 'lost' }),
    sendText(channelId, 'bob', 'next', { id: 'next' }),
  );
  await until(() => timesAsked(around, 'lost') === 1, 60_000);
  await around.servers.kill('nats');
  first.kill('SIGTERM');
  await until(() => first.exitCode !== null, 40_000);
  await around.servers.restart('nats');
  await using _second = startProcess(around);
  await until(async () => (await resultsOf(around, channelId).catch(() => new Map())).size === 2, 60_000);
  assert.deepEqual([timesAsked(around, 'lost'), timesAsked(around, 'next')], [1, 1]);
});

test('a group whose making has an unknown outcome is not made twice; a new title may be given twice', async () => {
  await using around = await startSurroundings();
  const channelId = await around.channel();
  around.platform.react = () => 'hang';
  await using hosted = around.start({ SEND_DOUBT_SECONDS: '1', SEND_TIMEOUT_SECONDS: '1' });
  await hosted.ready;
  const order = (id: string, group: object) => {
    const item = sendText(channelId, id, '', { id });
    assert.ok(item.order?.$case === 'send' && item.order.value.message !== undefined);
    item.order.value.message.action = { $case: 'group', value: GroupOrder.fromJSON(group) };
    return item;
  };
  await around.order(order('made', { create: { title: 'Us' } }), order('named', { rename: 'We' }));
  await until(async () => (await resultsOf(around, channelId)).get('made')?.state === UNKNOWN, 30_000);
  await until(() => timesAsked(around, 'named') >= 2, 30_000);
  assert.equal(timesAsked(around, 'made'), 1);
});
