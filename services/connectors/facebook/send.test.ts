import assert from 'node:assert/strict';
import { test } from 'node:test';
import { threadWith } from '@trunkline/adapter-kit';
import {
  ButtonPressed,
  ControlAction,
  Keyboard,
  Media,
  type OutgoingMessage,
  Quote,
  Template,
  TemplateButtonType,
} from '@trunkline/contracts';
import { until } from '@trunkline/testkit';
import { beneath, contentOf, startWorld, textOf } from './testing/world.ts';

const codeOf = (sending: Promise<unknown>) =>
  sending.then(
    () => 'sent',
    (error: { code: string }) => error.code,
  );
const picture = Media.create({ id: 'f1', mimeType: 'image/png', name: 'a.png', sizeBytes: 2 });
const keyboard = (...labels: readonly string[]): Keyboard =>
  Keyboard.fromJSON({ rows: labels.map((text) => ({ buttons: [{ text, callback: `p:${text}` }] })) });
const plainly = (plain: string) => ({ $case: 'text' as const, value: { plain, marks: [] } });

test('a text arrives; its echo proves that it is there, and its receipts follow', async () => {
  await using world = await startWorld();
  world.simulator.write({ from: world.anna.id, text: 'hello' });
  const { platformIds } = await world.send(textOf('Order 17 is ready'));
  assert.equal(world.last()?.text, 'Order 17 is ready');
  await until(() => world.hook.events.some(({ event }) => event?.$case === 'receipt'));
  const proof = { messageId: 'm-1', part: 0, conversationPlatformId: world.anna.id, platformIds };
  assert.deepEqual(world.hook.confirmed, [proof]);
});

test('a picture is uploaded and arrives', async () => {
  await using world = await startWorld();
  world.simulator.write({ from: world.anna.id, text: 'hello' });
  const value = { media: picture, caption: undefined, transcription: '' };
  await world.send({ $case: 'message', value: contentOf({ $case: 'image', value }) });
  assert.equal(world.last()?.media?.kind, 'image');
});

for (const labels of [
  ['Yes', 'No'],
  ['S', 'M', 'L', 'XL'],
]) {
  test(`${labels.length} answers can be pressed`, async () => {
    await using world = await startWorld();
    const from = world.anna.id;
    world.simulator.write({ from, text: 'hello' });
    const value = contentOf(plainly('choose'), { keyboard: keyboard(...labels) });
    const { platformIds } = await world.send({ $case: 'message', value });
    const button = labels[1] ?? '';
    const under = labels.length > 3 ? {} : { message: platformIds[0] ?? '' };
    world.simulator.press({ from, button, ...under });
    const pressed = () => world.hook.events.find(({ event }) => event?.$case === 'press')?.event?.value;
    await until(() => pressed() !== undefined);
    assert.deepEqual(pressed(), ButtonPressed.create({ payload: `p:${button}`, title: button }));
  });
}

test('a number that is shared by a button is the person’s own', async () => {
  await using world = await startWorld();
  world.simulator.write({ from: world.anna.id, text: 'hello' });
  const asking = Keyboard.fromJSON({
    mode: 'KEYBOARD_MODE_QUICK',
    rows: [{ buttons: [{ text: 'Phone', requestPhone: true }] }],
  });
  await world.send({ $case: 'message', value: contentOf(plainly('Your number?'), { keyboard: asking }) });
  world.simulator.press({ from: world.anna.id, button: 'user_phone_number' });
  const cards = () =>
    world.hook.events.flatMap(({ event }) => {
      const kind = event?.$case === 'message' ? event.value.content?.kind : undefined;
      return kind?.$case === 'contactCards' ? kind.value.cards : [];
    });
  await until(() => cards().length === 1);
  assert.deepEqual([cards()[0]?.phones, cards()[0]?.isSelf], [['+79990001122'], true]);
});

test('an answer, a reaction and a read mark find their message; typing shows', async () => {
  await using world = await startWorld();
  const platformId = world.simulator.write({ from: world.anna.id, text: 'Which size?' });
  const messages = { m1: [{ platformId, conversationPlatformId: world.anna.id }] };
  const reply = Quote.create({ messageId: 'm1' });
  const actions: readonly OutgoingMessage['action'][] = [
    { $case: 'message', value: contentOf(plainly('M'), { reply }) },
    { $case: 'reaction', value: { messageId: 'm1', reactions: ['❤️'] } },
    { $case: 'read', value: { messageId: 'm1' } },
    { $case: 'typing', value: { isOn: true, kind: 0 } },
  ];
  for (const action of actions) await world.send(action, world.to, { messages });
  assert.equal(world.simulator.view(world.anna.id).messages.at(-1)?.quote, 'Which size?');
  const chat = world.simulator.chats.of(world.anna.id);
  assert.deepEqual([chat.messages[0]?.reactions, chat.messages[0]?.state], [['love'], 'seen']);
  assert.ok((chat.typingUntilMs ?? 0) > Date.now());
});

test('outside the window a tag or a template goes through, and nothing else', async () => {
  await using world = await startWorld();
  world.simulator.write({ from: world.anna.id, text: 'hello' });
  world.simulator.pass({ from: world.anna.id });
  assert.equal(await codeOf(world.send(textOf('late'))), 'window_closed');
  const options = { isSilent: false, withoutPreview: false, isPrivate: false, tag: 'HUMAN_AGENT' };
  await world.send({ $case: 'message', value: contentOf(plainly('Sorry for the wait'), { options }) });
  assert.equal(world.last()?.text, 'Sorry for the wait');
  world.simulator.template({ name: 'order_ready' });
  const template = { name: 'order_ready', language: 'en', header: [], body: [], buttons: [], preview: '' };
  await world.send({ $case: 'message', value: contentOf({ $case: 'template', value: template }) });
  assert.equal(world.last()?.text, 'Your order is on its way');
  world.simulator.block({ from: world.anna.id });
  assert.equal(await codeOf(world.send(textOf('hello'))), 'recipient_blocked');
  assert.equal(await codeOf(world.send(textOf('hello'), threadWith('1'))), 'recipient_invalid');
});

test('a utility template goes with what fills it, and its button comes back with what we gave it', async () => {
  await using world = await startWorld();
  world.simulator.write({ from: world.anna.id, text: 'hello' });
  const buttons = [
    { type: 'POSTBACK', text: 'Track', payload: 'track_{{1}}' },
    { type: 'URL', text: 'Look', url: 'https://shop.example/{{1}}' },
  ];
  const components = [
    { type: 'BODY', text: '{{who}}, order {{order}} is ready' },
    { type: 'BUTTONS', buttons },
  ];
  world.simulator.template({ name: 'order_ready', components });
  const fill = (name: string, text: string) => ({ name, value: { $case: 'text' as const, value: text } });
  const value = Template.create({
    ...{ name: 'order_ready', language: 'en', body: [fill('order', '17'), fill('who', 'Anna')] },
    buttons: [
      { index: 1, value: '17', type: TemplateButtonType.TEMPLATE_BUTTON_TYPE_URL },
      { index: 0, value: 'b:1', type: TemplateButtonType.TEMPLATE_BUTTON_TYPE_QUICK_REPLY },
    ],
  });
  const order: OutgoingMessage['action'] = { $case: 'message', value: contentOf({ $case: 'template', value }) };
  const { platformIds } = await world.send(order);
  assert.equal(world.last()?.text, 'Anna, order 17 is ready');
  assert.equal(world.last()?.buttons?.flat()[1]?.url, 'https://shop.example/17');
  world.simulator.press({ from: world.anna.id, message: platformIds[0] ?? '', button: 'Track' });
  const pressed = await until(() => world.hook.events.find(({ event }) => event?.$case === 'press'));
  assert.equal(pressed.event?.$case === 'press' && pressed.event.value.payload, 'b:1');
  world.simulator.judgeTemplate({ name: 'order_ready', event: 'PAUSED', reason: 'people blocked it' });
  assert.equal(await codeOf(world.send(order)), 'content_invalid');
});

test('a thread that another app has is not written to before it is taken back', async () => {
  await using world = await startWorld();
  world.simulator.write({ from: world.anna.id, text: 'hello' });
  world.simulator.takeThread({ from: world.anna.id });
  const sending = world.send(textOf('hi'));
  await assert.rejects(sending, { code: 'permission', platformCode: '10/2018300' });
  const control = (action: ControlAction, toApp = ''): OutgoingMessage['action'] => {
    return { $case: 'control', value: { action, toApp, metadata: 'an operator answers' } };
  };
  await world.send(control(ControlAction.CONTROL_ACTION_REQUESTED));
  await world.send(control(ControlAction.CONTROL_ACTION_TAKEN));
  await world.send(textOf('hi'));
  assert.equal(world.last()?.text, 'hi');
  await world.send(control(ControlAction.CONTROL_ACTION_PASSED, '263902037430900'));
  assert.equal(world.simulator.page.people.get(world.anna.id)?.owner, '263902037430900');
  await world.send(control(ControlAction.CONTROL_ACTION_RELEASED));
  assert.equal(world.simulator.page.people.get(world.anna.id)?.owner, undefined);
});

test('a comment is answered, changed, liked, deleted, and answered in private once', async () => {
  await using world = await startWorld();
  const { simulator, anna } = world;
  const top = simulator.comment({ from: anna.id, text: 'How much?' });
  const place = beneath(top);
  const { platformIds } = await world.send(textOf('1 490'), place);
  const [ours = ''] = platformIds;
  const known = (platformId: string) => ({ messages: { m1: [{ platformId, conversationPlatformId: top }] } });
  const better = { messageId: 'm1', content: { kind: plainly('1 390') }, keyboard: undefined };
  await world.send({ $case: 'edit', value: better }, place, known(ours));
  assert.equal(simulator.page.comments.get(ours)?.message, '1 390');
  await world.send({ $case: 'reaction', value: { messageId: 'm1', reactions: ['👍'] } }, place, known(top));
  assert.equal(simulator.page.comments.get(top)?.isLiked, true);
  await world.send({ $case: 'delete', value: { messageIds: ['m1'] } }, place, known(ours));
  assert.equal(simulator.page.comments.get(ours)?.isDeleted, true);
  const options = { isSilent: false, withoutPreview: false, tag: '', isPrivate: true };
  const value = contentOf(plainly('Hello Anna'), { options, reply: Quote.create({ messageId: 'm1' }) });
  await world.send({ $case: 'message', value }, place, known(top));
  assert.equal(world.last()?.text, 'Hello Anna');
  await until(() => world.hook.confirmed.length === 1);
  assert.equal(world.hook.confirmed[0]?.conversationPlatformId, top, 'the proof names where the order was given');
  assert.equal(await codeOf(world.send({ $case: 'message', value }, place, known(top))), 'content_invalid');
  simulator.changeComment({ comment: top });
  assert.equal(await codeOf(world.send(textOf('anybody?'), place)), 'recipient_invalid');
});

test('a cut after the message was taken leaves the outcome open, and the echo with our mark settles it', async () => {
  await using world = await startWorld();
  world.simulator.write({ from: world.anna.id, text: 'hello' });
  world.simulator.fail({ kind: 'cut_after', method: 'messages' });
  assert.equal(await codeOf(world.send(textOf('once'))), 'unknown_outcome');
  await until(() => world.hook.confirmed.length === 1);
  assert.equal(world.hook.confirmed[0]?.messageId, 'm-1');
  const seen = world.simulator.view(world.anna.id).messages.filter(({ text }) => text === 'once');
  assert.equal(seen.length, 1, 'and it is there once');
});

const troubles = [
  [{ kind: 'cut_before', method: 'messages' }, 'unknown_outcome'],
  [{ kind: 'broken_answer', method: 'messages' }, 'unknown_outcome'],
  [{ kind: 'server_error', method: 'messages' }, 'unknown_outcome'],
  [{ kind: 'too_many_requests', method: 'messages' }, 'retry_after'],
  [{ kind: 'refusal', method: 'messages', code: 613 }, 'retry_after'],
  [{ kind: 'refusal', method: 'messages', code: 368 }, 'auth_revoked'],
] as const;
for (const [trouble, code] of troubles) {
  const about = 'code' in trouble ? trouble.code : '';
  test(`${trouble.kind} ${about} while a message is sent is ${code}, and tells no secret`, async () => {
    await using world = await startWorld();
    world.simulator.write({ from: world.anna.id, text: 'hello' });
    world.simulator.fail(trouble);
    const error = await world.send(textOf('hello')).catch((thrown: Error) => thrown);
    assert.ok(error instanceof Error);
    assert.equal(Reflect.get(error, 'code'), code);
    const { token, appSecret } = world.simulator.page;
    for (const secret of [token, appSecret]) assert.ok(!`${error.message}${error.stack}`.includes(secret));
  });
}

test('an upload that nobody knows the end of is tried again: it is no message; an empty file is not sent', async () => {
  await using world = await startWorld();
  world.simulator.write({ from: world.anna.id, text: 'hello' });
  const value = { media: picture, caption: undefined, transcription: '' };
  const action = { $case: 'message' as const, value: contentOf({ $case: 'image', value }) };
  const empty = { files: new Map([['f1', new Uint8Array()]]) };
  assert.equal(await codeOf(world.send(action, world.to, empty)), 'media_failed');
  world.simulator.fail({ kind: 'cut_after', method: 'message_attachments' });
  assert.equal(await codeOf(world.send(action)), 'transient');
});
