import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ChannelEvent } from '@trunkline/contracts';
import { until } from '@trunkline/testkit';
import { startWorld } from './testing/world.ts';

const textIn = ({ event }: ChannelEvent) =>
  event?.$case === 'message' && event.value.content?.kind?.$case === 'text' ? event.value.content.kind.value.plain : '';

/** A world whose hook is confirmed; what Anna wrote before nobody was told of. */
async function given(...options: Parameters<typeof startWorld>) {
  const world = await startWorld(...options);
  await world.connect();
  return world;
}

test('what a person writes arrives, even if the hook fails in between; numbers order what overtook', async () => {
  await using world = await given();
  world.hook.refusals.push(503, 500);
  const written = Array.from({ length: 10 }, (_, index) => `message ${index}`);
  for (const text of written) world.simulator.write({ from: world.anna.id, text });
  await until(() => world.hook.events.length === 10);
  const inOrder = world.hook.events.toSorted((one, other) =>
    (one.order?.key ?? '') < (other.order?.key ?? '') ? -1 : 1,
  );
  assert.deepEqual(inOrder.map(textIn), written);
});

test('a call that comes twice, or again much later, is one event by its id; forged calls are none', async () => {
  await using world = await given();
  const { simulator, anna, hook } = world;
  for (const kind of ['wrong_proof', 'no_proof', 'repeated'] as const) simulator.fail({ kind });
  simulator.write({ from: anna.id, text: 'once' });
  await until(() => hook.events.length === 2);
  simulator.redeliver({ count: 1 });
  await until(() => hook.events.length === 3);
  assert.equal(new Set(hook.events.map(({ id }) => id)).size, 1);
  assert.deepEqual(simulator.forged(), [401, 401]);
});

test('a start, an edit, a reaction, a read mark, permissions, a chat and its actions are told', async () => {
  await using world = await given();
  const { simulator, anna, hook } = world;
  simulator.start({ from: anna.id, payload: 'v-8F3K2' });
  const message = simulator.write({ from: anna.id, text: 'one' });
  simulator.edit({ from: anna.id, message, text: 'two' });
  simulator.react({ from: anna.id, message, emoji: '👍' });
  simulator.read({ from: anna.id });
  simulator.deny({ from: anna.id });
  const chat = simulator.createChat({ from: anna.id, title: 'Order 17' });
  simulator.write({ from: anna.id, chat, text: 'all' });
  await until(() => hook.events.length === 8);
  assert.deepEqual(
    hook.events.map(({ event }) => event?.$case),
    ['start', 'message', 'edit', 'reaction', 'receipt', 'subscription', 'group', 'message'],
  );
  assert.deepEqual(hook.events[0]?.context?.source, 'site');
  assert.equal(hook.events[7]?.conversation?.platformId, String(chat));
});

test('what the community writes elsewhere is told as the company’s; what we send ourselves is a proof', async () => {
  await using world = await given();
  world.simulator.ownerWrites({ from: world.anna.id, text: 'On my way' });
  await until(() => world.hook.events.length === 1);
  assert.deepEqual([world.hook.events[0]?.origin, textIn(world.hook.events[0] as ChannelEvent)], [5, 'On my way']);
});
