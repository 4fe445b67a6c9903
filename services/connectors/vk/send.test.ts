import assert from 'node:assert/strict';
import { test } from 'node:test';
import { until } from '@trunkline/testkit';
import { send } from './send.ts';
import { orderTo, textTo } from './testing/orders.ts';
import { startWorld } from './testing/world.ts';

const picture = Buffer.from('\x89PNG\r\n\x1a\n picture', 'latin1');
const media = (more: object) => ({ id: 'f1', sizeBytes: 1_000, state: 'MEDIA_STATE_STORED', ...more });
const image = { media: media({ mimeType: 'image/png', name: 'a.png' }), caption: { plain: 'receipt' } };
const file = { media: media({ mimeType: 'application/pdf', name: 'price.pdf' }) };
const item = { type: 'ALBUM_ITEM_TYPE_IMAGE', media: image.media };
const contents: readonly (readonly [attached: readonly string[], content: object])[] = [
  [[], { text: { plain: 'Order 17' } }],
  [['photo'], { image }],
  [['doc'], { file }],
  [['audio_message'], { voice: { media: media({ mimeType: 'audio/ogg', name: 'v.ogg' }) } }],
  [['photo', 'photo'], { album: { items: [item, item] } }],
  [[], { location: { latitude: 55.7, longitude: 37.6, title: 'Office' } }],
];
const files = new Map([['f1', picture]]);

for (const [attached, content] of contents) {
  test(`a content of the kind ${Object.keys(content)[0]} is taken, and known by its number`, async () => {
    await using world = await startWorld();
    const order = orderTo(world.anna.id, { message: { content } });
    const { platformIds } = await send(order, world.channel, world.tools({ files }));
    const shown = world.simulator.community.dialogs.get(world.anna.id)?.messages.get(Number(platformIds[0]));
    assert.deepEqual(
      ((shown?.attachments ?? []) as { type: string }[]).map(({ type }) => type),
      attached,
    );
    assert.equal(String(shown?.conversation_message_id), platformIds[0]);
  });
}

test('a connection cut after the message was taken is an unknown outcome; the same order again is the same message', async () => {
  for (const kind of ['cut_after', 'broken_answer', 'endless_answer'] as const) {
    await using world = await startWorld();
    const write = () => send(textTo(world.anna.id), world.channel, world.tools());
    world.simulator.fail({ kind, method: 'messages.send' });
    await assert.rejects(write(), { code: 'unknown_outcome' });
    const { platformIds } = await write();
    const ours = world.simulator.view(world.anna.id).messages.filter(({ by }) => by === 'account');
    assert.deepEqual(
      ours.map(({ id }) => String(id)),
      platformIds,
    );
    await send(textTo(world.anna.id, {}, { isAgain: true }), world.channel, world.tools());
    assert.equal(
      world.simulator.view(world.anna.id).messages.length,
      3,
      'what a person sends again is another message',
    );
  }
});

test('what writes nothing may be tried again, whatever was heard', async () => {
  await using world = await startWorld();
  world.simulator.fail({ kind: 'cut_after', method: 'messages.setActivity' });
  const typing = orderTo(world.anna.id, { typing: { isOn: true } });
  await assert.rejects(send(typing, world.channel, world.tools()), { code: 'transient' });
  world.simulator.fail({ kind: 'cut_after', method: 'photos.saveMessagesPhoto' });
  const photo = orderTo(world.anna.id, { message: { content: { image } } });
  await assert.rejects(send(photo, world.channel, world.tools({ files })), { code: 'transient' });
});

test('our own message comes back before the answer, proves itself, and is told as nothing else', async () => {
  await using world = await startWorld();
  await world.connect();
  world.simulator.fail({ kind: 'late_answer', delayMs: 100 });
  const sending = send(textTo(world.anna.id), world.channel, world.tools());
  await until(() => world.hook.confirmed.length === 1);
  const { platformIds } = await sending;
  assert.deepEqual(world.hook.confirmed[0]?.platformIds, platformIds);
  assert.deepEqual(world.hook.events, []);
});

test('a press of any button is told, and answered where that is possible', async () => {
  await using world = await startWorld();
  await world.connect();
  const buttons = [
    { text: 'Later', callback: 'o17:later' },
    { text: 'Place', requestLocation: true },
  ];
  const rows = [{ buttons }, { buttons: [{ text: 'Yes', reply: 'yes' }] }];
  const keyboard = { mode: 'KEYBOARD_MODE_REPLY', rows };
  await send(textTo(world.anna.id, { keyboard }), world.channel, world.tools());
  for (const button of ['Later', 'Yes']) world.simulator.press({ from: world.anna.id, button });
  await until(() => world.hook.events.length === 3);
  const [press, message, second] = world.hook.events.map(({ event }) => event);
  assert.deepEqual([press?.$case, message?.$case, second?.$case], ['press', 'message', 'press']);
  const ackToken = press?.$case === 'press' ? press.value.ackToken : '';
  assert.equal(press?.$case === 'press' && press.value.payload, 'o17:later');
  assert.equal(second?.$case === 'press' && second.value.payload, 'yes');
  const answer = orderTo(world.anna.id, { pressAnswer: { pressId: 'p1', text: 'Noted' } }, { ackToken });
  await send(answer, world.channel, world.tools());
  assert.match(world.simulator.view(world.anna.id).toast, /Noted/);
  await send(answer, world.channel, world.tools());
});

test('a message is quoted, changed, marked, read and deleted by its number', async () => {
  await using world = await startWorld();
  const { anna, channel, simulator } = world;
  const [platformId = ''] = (await send(textTo(anna.id), channel, world.tools())).platformIds;
  const known = { 'm-1': [{ platformId, conversationPlatformId: String(anna.id) }] };
  const act = (action: object) => send(orderTo(anna.id, action), channel, world.tools({ known }));
  const shown = () => simulator.community.dialogs.get(anna.id)?.messages.get(Number(platformId));
  await act({ edit: { messageId: 'm-1', content: { text: { plain: 'Order 18' } } } });
  assert.equal(shown()?.text, 'Order 18');
  const another = '0b5e6c1e-8a54-5f1c-9d55-000000000002';
  await act({ id: another, message: { content: { text: { plain: 'see above' } }, reply: { messageId: 'm-1' } } });
  assert.deepEqual([world.last()?.text, world.last()?.quote], ['see above', 'Order 18']);
  await act({ reaction: { messageId: 'm-1', reactions: ['👍'] } });
  await act({ read: { messageId: 'm-1' } });
  await act({ delete: { messageIds: ['m-1'] } });
  assert.equal(simulator.chats.find(String(anna.id), Number(platformId)).isDeleted, true);
});

test('a chat is written to by its number', async () => {
  await using world = await startWorld();
  world.simulator.community.isChatBot = true;
  const chat = world.simulator.createChat({ from: world.anna.id, title: 'Order 17' });
  const { platformIds } = await send(textTo(chat), world.channel, world.tools());
  assert.equal(world.simulator.view(chat).messages.at(-1)?.id, Number(platformIds[0]));
});

test('limits, refusals and a revoked token have their codes', async () => {
  await using world = await startWorld();
  const { simulator, anna } = world;
  const write = () => send(textTo(anna.id), world.channel, world.tools());
  simulator.fail({ kind: 'too_many_requests' });
  await assert.rejects(write(), { code: 'retry_after', scope: 'channel', retryAfterMs: 1_000 });
  simulator.fail({ kind: 'refusal', code: 9 });
  await assert.rejects(write(), { code: 'retry_after', scope: 'conversation' });
  simulator.block({ from: anna.id });
  await assert.rejects(write(), { code: 'recipient_blocked' });
  simulator.unblock({ from: anna.id });
  simulator.deny({ from: anna.id });
  await assert.rejects(write(), { code: 'recipient_blocked' });
  simulator.deleteAccount({ from: anna.id });
  await assert.rejects(write(), { code: 'recipient_invalid' });
  const refusedFile = { media: media({ mimeType: 'text/plain', name: 'a.exe' }) };
  const order = orderTo(anna.id, { message: { content: { file: refusedFile } } });
  await assert.rejects(send(order, world.channel, world.tools({ files })), { code: 'media_failed' });
  simulator.revokeToken();
  await assert.rejects(write(), { code: 'auth_revoked' });
});

test('a chat is made, renamed, left by whom we say, and entered by a new link each time; what is done in it is told', async () => {
  await using world = await startWorld();
  await world.connect();
  const { anna, channel, simulator } = world;
  const boris = simulator.person({ id: 55_012_346, name: 'Boris' });
  simulator.write({ from: boris.id, text: 'hi' });
  await until(() => world.hook.events.length === 1);
  const act = (order: object, peer = 0) => send(orderTo(peer, { group: order }), channel, world.tools());
  const people = { platformPartyIds: [anna.id, boris.id].map(String) };
  const { migratedPlatformId = '' } = await act({ create: { title: 'Order 17', ...people } });
  const chat = Number(migratedPlatformId);
  const dialog = simulator.community.dialogs.get(chat);
  assert.deepEqual([dialog?.title, dialog?.members.size], ['Order 17', 2]);
  await act({ rename: 'Order 18' }, chat);
  await act({ removeMembers: { platformPartyIds: [String(boris.id)] } }, chat);
  await assert.rejects(act({ removeMembers: { platformPartyIds: [String(boris.id)] } }, chat), {
    code: 'recipient_invalid',
  });
  const links = [await act({ newInviteLink: {} }, chat), await act({ newInviteLink: {} }, chat)];
  assert.equal(new Set(links.map(({ inviteLink }) => inviteLink)).size, 2);
  assert.equal(
    (await act({ readInviteLink: {} }, chat)).inviteLink,
    links[1]?.inviteLink,
    'to be told it costs no link',
  );
  await until(() => world.hook.events.length === 4);
  const told = world.hook.events.slice(1).map(({ event }) => event?.$case === 'group' && event.value.action);
  assert.deepEqual(told, [1, 3, 8], 'created, renamed, removed');
  const theirs = simulator.createChat({ from: anna.id, title: 'Order 19' });
  await assert.rejects(act({ rename: 'x' }, theirs), { code: 'permission' });
});

test('a chat whose making was cut off may be there: nobody makes it once more', async () => {
  await using world = await startWorld();
  world.simulator.fail({ kind: 'cut_after', method: 'messages.createChat' });
  const order = orderTo(0, { group: { create: { title: 'Order 17' } } });
  await assert.rejects(send(order, world.channel, world.tools()), { code: 'unknown_outcome' });
});
