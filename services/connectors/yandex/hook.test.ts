import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ChannelEvent } from '@trunkline/contracts';
import { until } from '@trunkline/testkit';
import { send } from './send.ts';
import { orderTo } from './testing/desk.ts';
import { startWorld } from './testing/world.ts';

const textIn = ({ event }: ChannelEvent) =>
  event?.$case === 'message' && event.value.content?.kind?.$case === 'text' ? event.value.content.kind.value.plain : '';

test('what a person writes arrives in order by its numbers, even if the hook fails in between', async () => {
  await using world = await startWorld();
  await world.connect();
  world.hook.refusals.push(503, 503);
  const written = Array.from({ length: 10 }, (_, index) => `message ${index}`);
  for (const kind of ['batched', 'reversed'] as const) world.simulator.fail({ kind });
  for (const text of written) world.simulator.write({ from: world.anna.id, text });
  await until(() => world.hook.events.length === 10);
  const inOrder = world.hook.events.toSorted((one, other) =>
    (one.order?.key ?? '') < (other.order?.key ?? '') ? -1 : 1,
  );
  assert.deepEqual(inOrder.map(textIn), written);
});

test('a call that comes twice, or again much later, is one event by its id', async () => {
  await using world = await startWorld();
  await world.connect();
  world.simulator.fail({ kind: 'repeated' });
  world.simulator.write({ from: world.anna.id, text: 'once' });
  await until(() => world.hook.events.length === 2);
  world.simulator.redeliver({ count: 1 });
  await until(() => world.hook.events.length === 3);
  assert.equal(new Set(world.hook.events.map(({ id }) => id)).size, 1);
});

test('a call at any other address is refused', async () => {
  await using world = await startWorld();
  const { secrets } = await world.connect();
  const guess = async (path: string) =>
    (await fetch(`${world.hook.url}${path}`, { method: 'POST', body: '{}' })).status;
  assert.deepEqual(
    await Promise.all(['', '/', '/guessed', `/${secrets?.hookSecret}x`].map(guess)),
    [401, 401, 401, 401],
  );
});

test('an answer goes to the thread in which the person wrote last', async () => {
  await using world = await startWorld();
  await world.connect();
  world.simulator.write({ from: world.anna.id, text: 'here', more: { thread_id: 17_829_000_000_000_001n } });
  const { conversation } = await until(() => world.hook.events[0]);
  const order = orderTo('', { message: { content: { text: { plain: 'yes' } } } });
  await send({ ...order, conversation }, world.channel(), world.tools());
  const { fields } = world.simulator.calls.at(-1) ?? {};
  assert.equal(String(fields?.thread_id), '17829000000000001');
});

test('people in a group, stickers and files are told', async () => {
  await using world = await startWorld();
  await world.connect();
  const chat = world.simulator.createGroup({ from: world.anna.id });
  world.simulator.write({ from: world.anna.id, chat, text: 'all' });
  world.simulator.sendSticker({ from: world.anna.id });
  for (const kind of ['image', 'file']) {
    world.simulator.attach({ from: world.anna.id, kind, bytes: Buffer.from('x'), name: 'a.png', caption: 'see' });
  }
  await until(() => world.hook.events.length === 4);
  const kinds = world.hook.events.map(({ event }) => event?.$case === 'message' && event.value.content?.kind?.$case);
  assert.deepEqual(kinds, ['text', 'sticker', 'image', 'file']);
  assert.equal(world.hook.events[0]?.conversation?.title, 'Order 17');
});
