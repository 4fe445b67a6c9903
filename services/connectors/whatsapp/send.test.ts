import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ButtonPressed, Keyboard, Media, type OutgoingMessage } from '@trunkline/contracts';
import { until } from '@trunkline/testkit';
import { send } from './send.ts';
import { contentOf, conversationWith, startWorld, textOf, toolsFor } from './testing/world.ts';

const codeOf = (sending: Promise<unknown>) =>
  sending.then(
    () => 'sent',
    (error: { code: string }) => error.code,
  );
const picture = Media.create({ id: 'f1', mimeType: 'image/png', name: 'a.png', sizeBytes: 2 });
const keyboard = (...labels: readonly string[]): Keyboard =>
  Keyboard.fromJSON({ rows: labels.map((text) => ({ buttons: [{ text, callback: `p:${text}` }] })) });

test('a text arrives; its statuses name the conversation that it was sent to and prove that it is there', async () => {
  await using world = await startWorld();
  world.simulator.write({ from: world.anna.id, text: 'hello' });
  const { platformIds } = await world.send(textOf('Order 17 is ready'));
  assert.equal(world.last()?.text, 'Order 17 is ready');
  await until(() => world.hook.events.filter(({ event }) => event?.$case === 'receipt').length === 2);
  const receipts = world.hook.events.filter(({ event }) => event?.$case === 'receipt');
  for (const { conversation } of receipts) assert.equal(conversation?.platformId, world.anna.userId);
  const proof = { messageId: 'm-1', part: 0, conversationPlatformId: world.anna.userId, platformIds };
  assert.deepEqual(world.hook.confirmed, [proof]);
});

test('a picture is uploaded and arrives with its words', async () => {
  await using world = await startWorld();
  world.simulator.write({ from: world.anna.id, text: 'hello' });
  const value = { media: picture, caption: { plain: 'receipt', marks: [] }, transcription: '' };
  await world.send({ $case: 'message', value: contentOf({ $case: 'image', value }) });
  assert.deepEqual([world.last()?.text, world.last()?.media?.kind], ['receipt', 'image']);
});

for (const labels of [
  ['Yes', 'No'],
  ['S', 'M', 'L', 'XL'],
]) {
  test(`${labels.length} answers can be pressed, and the press names its message`, async () => {
    await using world = await startWorld();
    world.simulator.write({ from: world.anna.id, text: 'hello' });
    const kind = { $case: 'text' as const, value: { plain: 'choose', marks: [] } };
    const value = contentOf(kind, { keyboard: keyboard(...labels) });
    const { platformIds } = await world.send({ $case: 'message', value });
    world.simulator.press({ from: world.anna.id, message: platformIds[0] ?? '', button: labels[1] ?? '' });
    const pressed = () => world.hook.events.find(({ event }) => event?.$case === 'press')?.event?.value;
    await until(() => pressed() !== undefined);
    const expected = { targetPlatformId: platformIds[0] ?? '', payload: `p:${labels[1]}`, title: labels[1] ?? '' };
    assert.deepEqual(pressed(), ButtonPressed.create(expected));
  });
}

test('an answer, a reaction and a read mark find their message; typing is shown on the last one', async () => {
  await using world = await startWorld();
  const platformId = world.simulator.write({ from: world.anna.id, text: 'Which size?' });
  const here = world.to.platformId;
  const messages = { m1: [{ platformId, conversationPlatformId: here }] };
  const reply = { messageId: 'm1', platformId: '', text: '', senderName: '', selected: '' };
  const text = { $case: 'text' as const, value: { plain: 'M', marks: [] } };
  const actions: readonly OutgoingMessage['action'][] = [
    { $case: 'message', value: contentOf(text, { reply }) },
    { $case: 'reaction', value: { messageId: 'm1', reactions: ['👍'] } },
    { $case: 'read', value: { messageId: 'm1' } },
    { $case: 'typing', value: { isOn: true, kind: 0 } },
  ];
  for (const action of actions) await world.send(action, conversationWith(here, platformId), { messages });
  assert.equal(world.simulator.view(world.anna.id).messages.at(-1)?.quote, 'Which size?');
  const chat = world.simulator.chats.of(world.anna.id);
  assert.deepEqual([chat.messages[0]?.reactions, chat.messages[0]?.state], [['👍'], 'read']);
  assert.ok((chat.typingUntilMs ?? 0) > Date.now());
});

test('outside the window only a template arrives: the failure is told later, with its code', async () => {
  await using world = await startWorld();
  const failed = () =>
    world.hook.events.flatMap(({ event }) => (event?.$case === 'receipt' && event.value.error) || []);
  assert.equal(await codeOf(world.send(textOf('hello'))), 'sent');
  await until(() => failed().length === 1);
  assert.deepEqual([failed()[0]?.code, failed()[0]?.platformCode], ['window_closed', '131047']);
  world.simulator.template({ name: 'order_ready', body: 'Order {{1}} is ready' });
  const gap = { name: '', value: { $case: 'text', value: '17' } } as const;
  const template = { name: 'order_ready', language: 'en', header: [], body: [gap], buttons: [], preview: '' };
  await world.send({ $case: 'message', value: contentOf({ $case: 'template', value: template }) });
  assert.match(world.last()?.text ?? '', /Order 17 is ready/);
});

test('a cut after the message was taken leaves the outcome open, and a status with our mark settles it', async () => {
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
  [{ kind: 'refusal', method: 'messages', code: 131056 }, 'retry_after'],
  [{ kind: 'refusal', method: 'messages', code: 131048 }, 'retry_after'],
  [{ kind: 'refusal', method: 'messages', code: 131031 }, 'auth_revoked'],
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
    const { token, appSecret } = world.simulator.account;
    for (const secret of [token, appSecret]) assert.ok(!`${error.message}${error.stack}`.includes(secret));
  });
}

test('an upload that nobody knows the end of is tried again: it is no message', async () => {
  await using world = await startWorld();
  world.simulator.fail({ kind: 'cut_after', method: 'media' });
  const value = { media: picture, caption: undefined, transcription: '' };
  const sending = world.send({ $case: 'message', value: contentOf({ $case: 'image', value }) });
  assert.equal(await codeOf(sending), 'transient');
});

test('a revoked token signs the channel out', async () => {
  await using world = await startWorld();
  world.simulator.revokeToken();
  assert.equal(await codeOf(world.send(textOf('hello'))), 'auth_revoked');
});

test('a group is made, written to, changed and deleted', async () => {
  await using world = await startWorld();
  const order = (value: object): OutgoingMessage['action'] => ({ $case: 'group', value: { order: value } }) as never;
  const group = () => [...world.simulator.account.groups.values()][0] ?? assert.fail('there is no group');
  const create = { title: 'Order 17', description: '', platformPartyIds: [], needsApproval: true };
  const { platformIds } = await world.send(order({ $case: 'create', value: create }));
  const made = () => world.hook.events.find(({ event }) => event?.$case === 'group');
  await until(() => made() !== undefined);
  const told = made()?.event;
  assert.equal(told?.$case === 'group' && told.value.requestPlatformId, platformIds[0]);
  const here = { ...conversationWith(group().id), kind: 2 as const };
  world.simulator.joinGroup({ from: world.anna.id, group: group().id });
  await world.send(order({ $case: 'approveMembers', value: { platformPartyIds: [world.anna.id] } }), here);
  assert.deepEqual([...group().members], [world.anna.id]);
  await world.send(textOf('Hi all'), here);
  await world.send(order({ $case: 'rename', value: 'Order 18' }), here);
  assert.equal(group().subject, 'Order 18');
  const { inviteLink } = await world.send(order({ $case: 'newInviteLink', value: {} }), here);
  assert.equal(inviteLink, group().inviteLink);
  assert.deepEqual(await world.send(order({ $case: 'readInviteLink', value: {} }), here), {
    platformIds: [],
    inviteLink,
  });
  assert.equal(inviteLink, group().inviteLink, 'to be told it costs no link');
  await world.send(order({ $case: 'removeMembers', value: { platformPartyIds: [world.anna.id] } }), here);
  assert.equal(group().members.size, 0);
  await world.send(order({ $case: 'delete', value: {} }), here);
  assert.equal(world.simulator.account.groups.size, 0);
});

test('a file that is empty is not sent', async () => {
  await using world = await startWorld();
  const tools = toolsFor({ files: new Map([['f1', new Uint8Array()]]) });
  const order = {
    message: {
      id: 'm-1',
      action: {
        $case: 'message',
        value: contentOf({ $case: 'image', value: { media: picture, caption: undefined, transcription: '' } }),
      },
    },
  };
  assert.equal(await codeOf(send({ ...order, conversation: world.to } as never, world.channel, tools)), 'media_failed');
});
