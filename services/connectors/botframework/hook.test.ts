import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ChannelEvent } from '@trunkline/contracts';
import { until } from '@trunkline/testkit';
import { startWorld } from './testing/world.ts';

const textIn = ({ event }: ChannelEvent) =>
  event?.$case === 'message' && event.value.content?.kind?.$case === 'text' ? event.value.content.kind.value.plain : '';

test('what a person writes arrives, even if the hook fails in between; times order what overtook', async () => {
  let now = Date.now();
  await using world = await startWorld({ now: () => now });
  world.hook.refusals.push(503, 503);
  const written = Array.from({ length: 10 }, (_, index) => `message ${index}`);
  for (const text of written) {
    now += 1;
    world.simulator.write({ from: world.anna.id, text });
  }
  await until(() => world.hook.events.length === 10);
  const inOrder = world.hook.events.toSorted((one, other) =>
    (one.order?.key ?? '') < (other.order?.key ?? '') ? -1 : 1,
  );
  assert.deepEqual(inOrder.map(textIn), written);
});

test('a call that comes twice, or again much later, is one event by its id; forged calls are none', async () => {
  await using world = await startWorld();
  const { simulator, anna, hook } = world;
  for (const kind of ['wrong_proof', 'no_proof', 'repeated'] as const) simulator.fail({ kind });
  simulator.write({ from: anna.id, text: 'once' });
  await until(() => hook.events.length === 2);
  simulator.redeliver({ count: 1 });
  await until(() => hook.events.length === 3);
  assert.equal(new Set(hook.events.map(({ id }) => id)).size, 1);
  assert.deepEqual(simulator.forged(), [401, 401]);
});

test('a key that is not endorsed for a channel proves no call of it', async () => {
  await using world = await startWorld();
  world.simulator.endorse({ channels: ['slack'] });
  assert.equal(await world.simulator.forge({ from: world.anna.id, wrong: 'nothing' }), 401);
  const slack = world.simulator.person({ channel: 'slack' });
  assert.equal(await world.simulator.forge({ from: slack.id, wrong: 'nothing' }), 200);
});

test('what waits for an answer gets one; what we do not know is parked', async () => {
  await using world = await startWorld();
  const value = { action: { type: 'Action.Execute', verb: 'later', data: {} } };
  const pressed = await world.simulator.invoke({ from: world.anna.id, name: 'adaptiveCard/action', value });
  assert.deepEqual([pressed.status, JSON.parse(pressed.text).statusCode], [200, 200]);
  const other = await world.simulator.invoke({ from: world.anna.id, name: 'composeExtension/query', value: {} });
  assert.equal(other.status, 501);
  assert.deepEqual(world.hook.parked, ['unknown_kind']);
  assert.equal(world.hook.events[0]?.event?.$case, 'press');
});

test('changes, reactions, read marks, typing, groups and who comes and goes are told', async () => {
  await using world = await startWorld();
  const { simulator, anna, hook } = world;
  const message = simulator.write({ from: anna.id, text: 'hello' });
  simulator.edit({ from: anna.id, message, text: 'better' });
  simulator.react({ from: anna.id, message, emoji: '👍' });
  simulator.typing({ from: anna.id });
  simulator.deleteMessage({ from: anna.id, message });
  const chat = simulator.createGroup({ from: anna.id });
  simulator.changeGroup({ from: anna.id, chat, title: 'Order 18' });
  simulator.uninstall({ from: anna.id });
  await until(() => hook.events.length === 10);
  const kinds = hook.events.map(({ event }) => event?.$case).toSorted();
  assert.deepEqual(kinds, [
    ...['delete', 'edit', 'group', 'group', 'message', 'reaction'],
    ...['subscription', 'subscription', 'subscription', 'typing'],
  ]);
});
