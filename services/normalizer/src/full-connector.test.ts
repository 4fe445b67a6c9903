import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { until } from '@trunkline/testkit';
import { hookCall, imageContent, message, party } from './testing/build.ts';
import { type Surroundings, startSurroundings } from './testing/surroundings.ts';

let around: Surroundings;
before(async () => {
  around = await startSurroundings();
});
after(async () => {
  await around?.[Symbol.asyncDispose]();
});

const roomy = 64 * 1024 * 1024;
const connectorOf = { ch1: 'telegram', ch2: 'webchat' } as const;
type ChannelId = keyof typeof connectorOf;
const sent: Record<ChannelId, number> = { ch1: 0, ch2: 0 };

/** Somebody sends files: each is to be copied by its channel's connector. */
async function sendFiles(channelId: ChannelId, count: number): Promise<void> {
  const calls = Array.from({ length: count }, () => {
    sent[channelId] += 1;
    const key = `${channelId}:${sent[channelId]}`;
    const chat = { channelId, connector: connectorOf[channelId], chat: 'k', sender: party('k'), platformId: key };
    const { value, ...call } = hookCall(message(key, imageContent(key, 'x'.repeat(900)), chat));
    return { ...call, value: { ...value, connector: connectorOf[channelId] } };
  });
  await around.enter(...calls);
}

/** Names of the files that a channel was told to copy. */
async function copied(channelId: ChannelId): Promise<string[]> {
  const orders = await around.orders(channelId, 'files');
  return orders.map(({ order }) => (order?.$case === 'fetch' ? (order.value.media?.id ?? '') : ''));
}

const all = (channelId: ChannelId) =>
  Array.from({ length: sent[channelId] }, (_, index) => `${channelId}:${index + 1}`);
const isDone = async (channelId: ChannelId) => (await copied(channelId)).length >= sent[channelId];

test("a connector whose stream is full stops no other's orders, however long, and gets its own once, in order, when there is room", async () => {
  await sendFiles('ch1', 2);
  await sendFiles('ch2', 2);
  await until(() => isDone('ch1'));
  await around.limitOrders('telegram', 1);
  // More than those who read together may be apart: the one that waits has to read for itself afterwards.
  for (let times = 0; times < 12; times += 1) {
    await sendFiles('ch1', 60);
    await sendFiles('ch2', 60);
  }
  await until(() => isDone('ch2'), 60_000);
  assert.deepEqual(await copied('ch2'), all('ch2'));
  assert.equal((await copied('ch1')).length, 2);
  await around.limitOrders('telegram', roomy);
  await until(() => isDone('ch1'), 60_000);
  await sendFiles('ch1', 1);
  await until(() => isDone('ch1'), 60_000);
  assert.deepEqual(await copied('ch1'), all('ch1'));
});

test('a connector that was full when the service ended goes on where it stood', async () => {
  await around.limitOrders('telegram', 1);
  await sendFiles('ch1', 5);
  await sendFiles('ch2', 5);
  await until(() => isDone('ch2'), 60_000);
  await around.restart();
  await sendFiles('ch2', 5);
  await until(() => isDone('ch2'), 60_000);
  await around.limitOrders('telegram', roomy);
  await until(() => isDone('ch1'), 60_000);
  assert.deepEqual([await copied('ch1'), await copied('ch2')], [all('ch1'), all('ch2')]);
});
