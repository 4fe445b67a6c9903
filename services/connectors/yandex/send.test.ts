import assert from 'node:assert/strict';
import { test } from 'node:test';
import { until } from '@trunkline/testkit';
import { send } from './send.ts';
import { orderTo, textTo } from './testing/desk.ts';
import { startWorld } from './testing/world.ts';

const media = (more: object) => ({ id: 'f1', sizeBytes: 1_000, state: 'MEDIA_STATE_STORED', name: 'a', ...more });
const picture = media({ mimeType: 'image/png' });
const contents: Readonly<Record<string, object>> = {
  text: { text: { plain: 'Order 17', marks: [{ type: 'MARK_TYPE_BOLD', offset: 0, length: 5 }] } },
  picture: { image: { media: picture } },
  'several pictures': { album: { items: [1, 2].map(() => ({ type: 'ALBUM_ITEM_TYPE_IMAGE', media: picture })) } },
  file: { file: { media: media({ mimeType: 'application/pdf', name: 'price.pdf' }) } },
};

for (const [name, content] of Object.entries(contents)) {
  test(`a message with a ${name} is taken, and known by its id to the last digit`, async () => {
    await using world = await startWorld();
    const order = orderTo(world.anna.chat, { message: { content } });
    const { platformIds } = await send(order, world.channel(), world.tools());
    assert.deepEqual(platformIds, [world.last()?.id]);
    assert.ok(BigInt(platformIds[0] ?? 0) > 2n ** 53n);
  });
}

test('a person without a chat is written to by login', async () => {
  await using world = await startWorld();
  await send(textTo(world.anna.login), world.channel(), world.tools());
  assert.equal(world.last()?.text, 'hello');
});

test('a text is changed, quoted and deleted by an id that no number can hold', async () => {
  await using world = await startWorld();
  const { chat: conversationPlatformId } = world.anna;
  const { platformIds } = await send(textTo(conversationPlatformId), world.channel(), world.tools());
  const known = { ours: platformIds.map((platformId) => ({ platformId, conversationPlatformId })) };
  const act = (action: object) =>
    send(orderTo(conversationPlatformId, action), world.channel(), world.tools({ known }));
  await act({ edit: { messageId: 'ours', content: { text: { plain: 'better' } } } });
  assert.deepEqual([world.last()?.text, world.last()?.isEdited], ['better', true]);
  const answer = { content: { text: { plain: 'see above' } }, reply: { messageId: 'ours' } };
  await act({ id: '0b5e6c1e-8a54-5f1c-9d55-000000000002', message: answer });
  assert.equal(world.last()?.quote, 'better');
  await act({ delete: { messageIds: ['ours'] } });
  await act({ delete: { messageIds: ['ours'] } });
  const isDeleted = world.simulator.view(world.anna.id).messages.find(({ id }) => id === platformIds[0])?.isDeleted;
  assert.equal(isDeleted, true);
});

test('a pressed button comes back as what it means', async () => {
  await using world = await startWorld();
  await world.connect();
  const buttons = [
    { text: 'Pay', callback: 'o17:pay' },
    { text: 'Yes', reply: '' },
  ];
  const keyboard = { mode: 'KEYBOARD_MODE_INLINE', rows: [{ buttons }] };
  await send(textTo(world.anna.chat, { keyboard }), world.channel(), world.tools());
  const message = String(world.last()?.id);
  for (const { text: button } of buttons) world.simulator.press({ from: world.anna.id, message, button });
  await until(() => world.hook.events.length === 2);
  const told = world.hook.events.map(({ event }) => event?.$case === 'press' && event.value.payload);
  assert.deepEqual(told, ['o17:pay', 'Yes']);
});

test('a text whose connection was cut after it was taken is in doubt, and there once when it is sent again; so is a file, for good', async () => {
  for (const kind of ['cut_after', 'broken_answer', 'endless_answer'] as const) {
    await using world = await startWorld();
    const text = textTo(world.anna.chat);
    world.simulator.fail({ kind });
    await assert.rejects(send(text, world.channel(), world.tools()), { code: 'unknown_outcome' });
    const { platformIds } = await send(text, world.channel(), world.tools());
    const ours = () => world.simulator.view(world.anna.id).messages.filter(({ by }) => by === 'account');
    assert.deepEqual(
      ours().map(({ id }) => id),
      platformIds,
    );
    world.simulator.fail({ kind });
    const file = orderTo(world.anna.chat, { message: { content: contents.file } });
    await assert.rejects(send(file, world.channel(), world.tools()), { code: 'unknown_outcome' });
    assert.equal(ours().length, 2);
  }
});

test('too many requests wait as long as Yandex says; who is gone, and a token that was revoked, are told apart', async () => {
  await using world = await startWorld();
  const write = (to = world.anna.chat) => send(textTo(to), world.channel(), world.tools());
  world.simulator.fail({ kind: 'too_many_requests', seconds: 7 });
  await assert.rejects(write(), { code: 'retry_after', retryAfterMs: 7_000 });
  await assert.rejects(write('nobody@company.example'), { code: 'recipient_invalid' });
  const group = world.simulator.createGroup({ from: world.anna.id });
  await write(group);
  world.simulator.removeBot({ from: world.anna.id, chat: group });
  await assert.rejects(write(group), { code: 'recipient_blocked' });
  world.simulator.revokeToken();
  await assert.rejects(write(), { code: 'auth_revoked' });
});

test('a group is made, and people join and leave it', async () => {
  await using world = await startWorld();
  const act = (platformId: string, group: object) =>
    send(orderTo(platformId, { group }), world.channel(), world.tools());
  const create = { title: 'Order 17', platformPartyIds: [world.anna.login] };
  const { migratedPlatformId: room = '' } = await act('new:1', { create });
  const members = () => [...(world.simulator.bot.rooms.get(room)?.members ?? [])];
  await act(room, { addMembers: { platformPartyIds: ['ivan@company.example'] } });
  assert.deepEqual(members(), [world.anna.login, 'ivan@company.example']);
  await act(room, { removeMembers: { platformPartyIds: [world.anna.login] } });
  assert.deepEqual(members(), ['ivan@company.example']);
});
