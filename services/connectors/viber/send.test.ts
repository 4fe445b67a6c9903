import assert from 'node:assert/strict';
import { test } from 'node:test';
import { until } from '@trunkline/testkit';
import { send } from './send.ts';
import { orderTo, textTo } from './testing/orders.ts';
import { startWorld } from './testing/world.ts';

const media = (more: object) => ({ id: 'f1', sizeBytes: 1_000, state: 'MEDIA_STATE_STORED', ...more });
const contents: Readonly<Record<string, object>> = {
  text: { text: { plain: 'Order 17', marks: [{ type: 'MARK_TYPE_BOLD', offset: 0, length: 5 }] } },
  picture: { image: { media: media({ mimeType: 'image/png' }), caption: { plain: 'receipt' } } },
  video: { video: { media: media({ mimeType: 'video/mp4', durationSeconds: 14 }) } },
  file: { file: { media: media({ mimeType: 'application/pdf', name: 'price.pdf' }) } },
  location: { location: { latitude: 55.75, longitude: 37.61 } },
  contact: { contactCards: { cards: [{ name: 'Ivan', phones: ['+79990002233'] }] } },
  url: { link: { url: 'https://a.example/x' } },
  rich_media: {
    cards: { cards: [{ title: 'Shoes', image: media({}), buttons: [{ text: 'Buy', callback: 'buy:1' }] }] },
  },
};

for (const [type, content] of Object.entries(contents)) {
  test(`a message of the type ${type} is taken, and known by its token to the last digit`, async () => {
    await using world = await startWorld();
    const { platformIds } = await send(orderTo(world.anna.id, { message: { content } }), world.channel, world.tools());
    assert.deepEqual(platformIds, [world.last()?.id]);
    assert.equal((world.last()?.raw as { type: string } | undefined)?.type, type);
    assert.ok(BigInt(platformIds[0] ?? 0) > 2n ** 53n);
  });
}

test('a pressed button comes back as what it means, whoever else writes the same words', async () => {
  await using world = await startWorld();
  await world.connect();
  const buttons = [
    { text: 'Pay', callback: 'o17:pay' },
    { text: 'Yes', reply: '' },
    { text: 'Phone', requestPhone: true },
    { text: 'Place', requestLocation: true },
  ];
  const keyboard = { mode: 'KEYBOARD_MODE_INLINE', rows: [{ buttons }] };
  await send(textTo(world.anna.id, { keyboard }), world.channel, world.tools());
  for (const { text: button } of buttons) world.simulator.press({ from: world.anna.id, button });
  await until(() => world.hook.events.length === 5);
  const told = world.hook.events.flatMap(({ event }) => {
    if (event?.$case === 'press') return [event.value.payload];
    return event?.$case === 'message' ? [event.value.content?.kind?.$case] : [];
  });
  assert.deepEqual(told, ['o17:pay', 'text', 'contactCards', 'location']);
});

test('receipts name the message by what sending gave, even when they come before the answer', async () => {
  await using world = await startWorld();
  await world.connect();
  world.simulator.fail({ kind: 'late_answer', delayMs: 100 });
  const sending = send(textTo(world.anna.id), world.channel, world.tools());
  await until(() => world.hook.events.length === 1);
  const { platformIds } = await sending;
  world.simulator.read({ from: world.anna.id });
  await until(() => world.hook.events.length === 2);
  for (const { event } of world.hook.events) {
    assert.deepEqual(event?.$case === 'receipt' ? event.value.targetPlatformIds : [], platformIds);
  }
});

test('a connection cut after the message was taken is an unknown outcome, and only one message is there', async () => {
  for (const kind of ['cut_after', 'broken_answer', 'server_error'] as const) {
    await using world = await startWorld();
    world.simulator.fail({ kind });
    await assert.rejects(send(textTo(world.anna.id), world.channel, world.tools()), { code: 'unknown_outcome' });
    const ours = world.simulator.view(world.anna.id).messages.filter(({ by }) => by === 'account');
    assert.equal(ours.length, kind === 'server_error' ? 0 : 1);
  }
});

test('an answer without end ends at the cap, and leaves the outcome open', async () => {
  await using world = await startWorld();
  world.simulator.fail({ kind: 'endless_answer' });
  await assert.rejects(send(textTo(world.anna.id), world.channel, world.tools()), { code: 'unknown_outcome' });
});

test('a hundred messages without an answer leave that person in peace; a revoked token stops the channel', async () => {
  await using world = await startWorld();
  const write = () => send(textTo(world.anna.id), world.channel, world.tools());
  world.simulator.fail({ kind: 'too_many_requests' });
  await assert.rejects(write(), { code: 'retry_after', scope: 'conversation', retryAfterMs: 600_000 });
  world.simulator.unsubscribe({ from: world.anna.id });
  await assert.rejects(write(), { code: 'recipient_blocked' });
  await assert.rejects(send(textTo('nobody'), world.channel, world.tools()), { code: 'recipient_invalid' });
  world.simulator.revokeToken();
  await assert.rejects(write(), { code: 'auth_revoked' });
});

test('an app that is too old gets the message without its buttons', async () => {
  await using world = await startWorld();
  const old = world.simulator.person({ name: 'Old', apiVersion: 1, isSubscribed: true });
  const keyboard = { rows: [{ buttons: [{ text: 'Yes', reply: '' }] }] };
  await send(textTo(old.id, { keyboard }), world.channel, world.tools());
  assert.deepEqual(world.simulator.view(old.id).keyboard, []);
});
