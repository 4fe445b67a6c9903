import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ChannelEvent } from '@trunkline/contracts';
import { until } from '@trunkline/testkit';
import { startWorld } from './testing/world.ts';

const textIn = ({ event }: ChannelEvent) =>
  event?.$case === 'message' && event.value.content?.kind?.$case === 'text' ? event.value.content.kind.value.plain : '';

/** A world whose hook is set; what Anna wrote before nobody was told of. */
async function given(...options: Parameters<typeof startWorld>) {
  const world = await startWorld(...options);
  await world.connect();
  return world;
}

test('what a person writes arrives, even if the hook fails in between; times order what overtook', async () => {
  let now = Date.now();
  await using world = await given({ now: () => now });
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
  await using world = await given();
  const { simulator, anna, hook } = world;
  for (const kind of ['wrong_proof', 'no_proof', 'repeated'] as const) simulator.fail({ kind });
  simulator.write({ from: anna.id, text: 'once' });
  await until(() => hook.events.length === 2);
  simulator.redeliver({ count: 1 });
  await until(() => hook.events.length === 3);
  assert.equal(new Set(hook.events.map(({ id }) => id)).size, 1);
  assert.deepEqual(simulator.forged, [401, 401]);
});

test('whoever opens the conversation is welcomed in the answer', async () => {
  await using world = await given({ settings: { welcome: 'Hello, how can we help?' } });
  const { simulator, hook } = world;
  const ivan = simulator.person({ name: 'Ivan' });
  simulator.start({ from: ivan.id, payload: 'v-8F3K2' });
  await until(() => simulator.view(ivan.id).messages.some(({ text }) => text === 'Hello, how can we help?'));
  const [started] = hook.events;
  assert.deepEqual([started?.event?.$case, started?.context?.ref], ['start', 'v-8F3K2']);
});

test('places, cards, presses, subscriptions and what was seen are told', async () => {
  await using world = await given();
  const { simulator, anna, hook } = world;
  simulator.shareLocation({ from: anna.id, latitude: 55.75, longitude: 37.61 });
  simulator.shareContact({ from: anna.id, name: 'Ivan', phone: '79990002233' });
  simulator.sendSticker({ from: anna.id });
  simulator.unsubscribe({ from: anna.id });
  simulator.subscribe({ from: anna.id });
  await until(() => hook.events.length === 6);
  const kinds = hook.events.map(({ event }) =>
    event?.$case === 'message' ? event.value.content?.kind?.$case : event?.$case,
  );
  assert.deepEqual(kinds, ['location', 'contactCards', 'sticker', 'subscription', 'subscription', 'start']);
});
