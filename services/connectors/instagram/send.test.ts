import assert from 'node:assert/strict';
import { test } from 'node:test';
import { threadWith } from '@trunkline/adapter-kit';
import { ButtonPressed, Keyboard, Media, Origin, type OutgoingMessage, Quote } from '@trunkline/contracts';
import { until } from '@trunkline/testkit';
import { beneath, contentOf, startWorld, textOf } from './testing/world.ts';

const codeOf = (sending: Promise<unknown>) =>
  sending.then(
    () => 'sent',
    (error: { code: string }) => error.code,
  );
const keyboard = (...labels: readonly string[]): Keyboard =>
  Keyboard.fromJSON({ rows: labels.map((text) => ({ buttons: [{ text, callback: `p:${text}` }] })) });
const plainly = (plain: string) => ({ $case: 'text' as const, value: { plain, marks: [] } });
const noOptions = { isSilent: false, withoutPreview: false, tag: '', isPrivate: false };

test('a text arrives; its echo has the id that the send gave, and is the company’s', async () => {
  await using world = await startWorld();
  world.simulator.write({ from: world.anna.id, text: 'hello' });
  const { platformIds } = await world.send(textOf('Заказ 17 готов'));
  assert.equal(world.last()?.text, 'Заказ 17 готов');
  const echo = () => world.hook.events.find(({ origin }) => origin === Origin.ORIGIN_EXTERNAL);
  await until(() => echo() !== undefined);
  assert.deepEqual([echo()?.platformId], platformIds);
  world.simulator.read({ from: world.anna.id });
  const receipt = () => world.hook.events.find(({ event }) => event?.$case === 'receipt')?.event;
  await until(() => receipt() !== undefined);
  const read = receipt();
  assert.deepEqual(read?.$case === 'receipt' && read.value.targetPlatformIds, platformIds);
});

test('the limit counts bytes: 500 letters of Cyrillic go, 501 do not', async () => {
  await using world = await startWorld();
  world.simulator.write({ from: world.anna.id, text: 'hello' });
  assert.equal(await codeOf(world.send(textOf('я'.repeat(500)))), 'sent');
  assert.equal(await codeOf(world.send(textOf('я'.repeat(501)))), 'content_invalid');
});

test('a picture is fetched from our link; a file of a wrong type is not', async () => {
  await using world = await startWorld();
  world.simulator.write({ from: world.anna.id, text: 'hello' });
  const picture = Media.create({ id: 'image', mimeType: 'image/png', name: 'a.png' });
  const value = { media: picture, caption: undefined, transcription: '' };
  await world.send({ $case: 'message', value: contentOf({ $case: 'image', value }) });
  assert.equal(world.last()?.media?.kind, 'image');
  const wrong = { ...value, media: { ...picture, id: 'program' } };
  const sending = world.send({ $case: 'message', value: contentOf({ $case: 'image', value: wrong }) });
  assert.equal(await codeOf(sending), 'media_failed');
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
    world.simulator.press({ from, button, ...(labels.length > 3 ? {} : { message: platformIds[0] ?? '' }) });
    const pressed = () => world.hook.events.find(({ event }) => event?.$case === 'press')?.event?.value;
    await until(() => pressed() !== undefined);
    assert.deepEqual(pressed(), ButtonPressed.create({ payload: `p:${button}`, title: button }));
  });
}

test('an answer, a heart and a read mark find their message; typing shows', async () => {
  await using world = await startWorld();
  const platformId = world.simulator.write({ from: world.anna.id, text: 'Which size?' });
  const messages = { m1: [{ platformId, conversationPlatformId: world.anna.id }] };
  const actions: readonly OutgoingMessage['action'][] = [
    { $case: 'message', value: contentOf(plainly('M'), { reply: Quote.create({ messageId: 'm1' }) }) },
    { $case: 'reaction', value: { messageId: 'm1', reactions: ['❤️'] } },
    { $case: 'read', value: { messageId: 'm1' } },
    { $case: 'typing', value: { isOn: true, kind: 0 } },
  ];
  for (const action of actions) await world.send(action, world.to, { messages });
  assert.equal(world.simulator.view(world.anna.id).messages.at(-1)?.quote, 'Which size?');
  const chat = world.simulator.chats.of(world.anna.id);
  assert.deepEqual([chat.messages[0]?.reactions, chat.messages[0]?.state], [['❤'], 'seen']);
  assert.ok((chat.typingUntilMs ?? 0) > Date.now());
});

test('outside the window a tag goes through, and nothing else', async () => {
  await using world = await startWorld();
  world.simulator.write({ from: world.anna.id, text: 'hello' });
  world.simulator.pass({ from: world.anna.id });
  assert.equal(await codeOf(world.send(textOf('late'))), 'window_closed');
  const options = { ...noOptions, tag: 'HUMAN_AGENT' };
  await world.send({ $case: 'message', value: contentOf(plainly('Sorry for the wait'), { options }) });
  assert.equal(world.last()?.text, 'Sorry for the wait');
  world.simulator.block({ from: world.anna.id });
  assert.equal(await codeOf(world.send(textOf('hello'))), 'recipient_blocked');
  assert.equal(await codeOf(world.send(textOf('hello'), threadWith('1'))), 'recipient_invalid');
});

test('a comment is answered, an answer deleted, and the author written to in private once', async () => {
  await using world = await startWorld();
  const { simulator, anna } = world;
  const top = simulator.comment({ from: anna.id, text: 'Price?' });
  const place = beneath(`17895695668004550_${top}`);
  const known = (platformId: string) => ({
    messages: { m1: [{ platformId, conversationPlatformId: place.platformId }] },
  });
  const { platformIds } = await world.send(textOf('@anna_k 1 490'), place);
  const [ours = ''] = platformIds;
  assert.equal(simulator.account.comments.get(ours)?.parentId, top);
  await world.send({ $case: 'delete', value: { messageIds: ['m1'] } }, place, known(ours));
  assert.equal(simulator.account.comments.has(ours), false);
  const options = { ...noOptions, isPrivate: true };
  const value = contentOf(plainly('Hello Anna'), { options, reply: Quote.create({ messageId: 'm1' }) });
  await world.send({ $case: 'message', value }, place, known(top));
  assert.equal(world.last()?.text, 'Hello Anna');
  assert.equal(await codeOf(world.send({ $case: 'message', value }, place, known(top))), 'content_invalid');
});

for (const [text, reason] of [
  ['#a #b #c #d #e', /hashtags/],
  ['https://a.example and https://b.example', /one link/],
  ['BUY NOW!!!', /capitals/],
] as const) {
  test(`an answer that Instagram does not take under a post is refused before it is sent: ${text}`, async () => {
    await using world = await startWorld();
    const top = world.simulator.comment({ from: world.anna.id, text: 'Price?' });
    const place = beneath(`17895695668004550_${top}`);
    const former = world.simulator.calls.length;
    await assert.rejects(world.send(textOf(text), place), { code: 'content_invalid', message: reason });
    assert.equal(world.simulator.calls.length, former);
    await world.send(textOf('OK #a #b #c #d https://a.example'), place);
  });
}

test('so many answers an hour as are set; more wait for the oldest to be an hour old, messages do not', async () => {
  let nowMs = Date.now();
  await using world = await startWorld({ settings: { repliesPerHour: 2 } });
  const { simulator, anna } = world;
  simulator.write({ from: anna.id, text: 'hello' });
  const place = beneath(`17895695668004550_${simulator.comment({ from: anna.id, text: 'Price?' })}`);
  const write = (text: string) => world.send(textOf(text), place, { now: () => nowMs });
  await write('one');
  nowMs += 60_000;
  await write('two');
  const refused = { code: 'retry_after', retryAfterMs: 59 * 60_000, scope: 'conversation' };
  await assert.rejects(write('three'), refused);
  await world.send(textOf('a message'), world.to, { now: () => nowMs });
  nowMs += 59 * 60_000;
  await write('three');
  await assert.rejects(write('four'), { code: 'retry_after', retryAfterMs: 60_000 });
  const written = [...simulator.account.comments.values()].filter(({ from }) => from.id === simulator.account.id);
  assert.deepEqual(
    written.map(({ text }) => text),
    ['one', 'two', 'three'],
  );
});

test('answers that several are writing at once are counted each', async () => {
  await using world = await startWorld({ settings: { repliesPerHour: 3 } });
  const { simulator, anna } = world;
  const place = beneath(`17895695668004550_${simulator.comment({ from: anna.id, text: 'Price?' })}`);
  const codes = await Promise.all(
    Array.from({ length: 5 }, (_, n) => codeOf(world.send(textOf(`answer ${n}`), place))),
  );
  assert.deepEqual(codes.toSorted(), ['retry_after', 'retry_after', 'sent', 'sent', 'sent']);
});

test('an answer that is tried again is counted once', async () => {
  await using world = await startWorld({ settings: { repliesPerHour: 2 } });
  const { simulator, anna } = world;
  const place = beneath(`17895695668004550_${simulator.comment({ from: anna.id, text: 'Price?' })}`);
  for (let tries = 0; tries < 5; tries += 1) {
    simulator.fail({ kind: 'refusal', method: 'replies', code: 2 });
    assert.equal(await codeOf(world.send(textOf('1 490'), place, { messageId: 'm-1' })), 'transient');
  }
  for (const messageId of ['m-1', 'm-2']) await world.send(textOf('1 490'), place, { messageId });
  assert.equal(await codeOf(world.send(textOf('1 490'), place)), 'retry_after');
});

const troubles = [
  [{ kind: 'cut_after', method: 'messages' }, 'unknown_outcome'],
  [{ kind: 'cut_before', method: 'messages' }, 'unknown_outcome'],
  [{ kind: 'broken_answer', method: 'messages' }, 'unknown_outcome'],
  [{ kind: 'too_many_requests', method: 'messages' }, 'retry_after'],
  [{ kind: 'refusal', method: 'messages', code: 368 }, 'retry_after'],
  [{ kind: 'refusal', method: 'messages', code: 190 }, 'auth_revoked'],
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
