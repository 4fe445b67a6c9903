import assert from 'node:assert/strict';
import { buffer } from 'node:stream/consumers';
import { test } from 'node:test';
import { type ChannelEvent, ConversationKind, mediaOf, Origin } from '@trunkline/contracts';
import { until } from '@trunkline/testkit';
import { download } from './download.ts';
import { introduce } from './setup-people.ts';
import { startWorld, textOf, toolsFor } from './testing/world.ts';

const textIn = ({ event }: ChannelEvent) =>
  event?.$case === 'message' && event.value.content?.kind?.$case === 'text' ? event.value.content.kind.value.plain : '';
const messages = (events: readonly ChannelEvent[]) => events.filter(({ event }) => event?.$case === 'message');

test('what people write arrives, although the hook fails in between, and is one event each, however often it comes', async () => {
  await using world = await startWorld();
  world.hook.refusals.push(503, 500);
  world.simulator.fail({ kind: 'repeated', times: 3 });
  world.simulator.fail({ kind: 'batched' });
  world.simulator.fail({ kind: 'reversed' });
  const written = Array.from({ length: 12 }, (_, index) => `message ${index}`);
  for (const text of written) world.simulator.write({ from: world.anna.id, text });
  const distinct = () => new Map(messages(world.hook.events).map((event) => [event.id, textIn(event)]));
  await until(() => distinct().size === written.length);
  assert.deepEqual(new Set(distinct().values()), new Set(written));
  world.simulator.redeliver({ count: 3 });
  await until(() => messages(world.hook.events).length > written.length);
  assert.equal(distinct().size, written.length, 'what comes again long after it was taken is the same event');
});

test('events of another page in the same call are not ours', async () => {
  await using world = await startWorld();
  world.simulator.fail({ kind: 'foreign' });
  world.simulator.write({ from: world.anna.id, text: 'for us' });
  await until(() => messages(world.hook.events).length > 0);
  assert.deepEqual(messages(world.hook.events).map(textIn), ['for us']);
});

test('a forged call is refused, whether its proof is wrong or missing, and the genuine one is taken', async () => {
  await using world = await startWorld();
  world.simulator.fail({ kind: 'wrong_proof' });
  world.simulator.fail({ kind: 'no_proof' });
  for (const text of ['one', 'two']) world.simulator.write({ from: world.anna.id, text });
  await until(() => messages(world.hook.events).length === 2);
  assert.deepEqual([...world.simulator.forged], [401, 401]);
});

test('all that people do in a thread is told', async () => {
  await using world = await startWorld();
  const { simulator, anna, hook } = world;
  const from = anna.id;
  simulator.start({ from, payload: 'v-8F3K2' });
  const first = simulator.write({ from, text: 'hello' });
  simulator.write({ from, text: 'again', replyTo: first });
  simulator.sendLink({ from, url: 'https://a.example' });
  simulator.edit({ from, message: first, text: 'hello!' });
  simulator.react({ from, message: first, emoji: '❤' });
  simulator.read({ from });
  const kinds = ['start', 'message', 'message', 'message', 'edit', 'reaction', 'receipt'];
  await until(() => hook.events.length === kinds.length);
  assert.deepEqual(
    hook.events.map(({ event }) => event?.$case),
    kinds,
  );
  const [start] = hook.events;
  assert.equal(start?.event?.$case === 'start' && start.event.value.payload, 'v-8F3K2');
  const quoting = hook.events[2]?.event;
  assert.equal(quoting?.$case === 'message' && quoting.value.reply?.platformId, first);
});

test('a file of the platform is fetched; one that is gone is gone', async () => {
  await using world = await startWorld();
  const bytes = Buffer.from('picture');
  world.simulator.attach({ from: world.anna.id, kind: 'image', mimeType: 'image/png', bytes });
  await until(() => messages(world.hook.events).length === 1);
  const [event] = messages(world.hook.events);
  const content = event?.event?.$case === 'message' ? event.event.value.content : undefined;
  const [media] = content === undefined ? [] : mediaOf(content);
  assert.ok(media !== undefined);
  const { stream } = await download(media, world.channel, toolsFor());
  assert.deepEqual(await buffer(stream), bytes);
  world.simulator.expireMedia();
  await assert.rejects(download(media, world.channel, toolsFor()), { code: 'media_failed' });
});

test('what the inbox writes is the company’s, and a thread that it took is heard all the same', async () => {
  await using world = await startWorld();
  const { simulator, anna, hook } = world;
  simulator.write({ from: anna.id, text: 'hello' });
  simulator.takeThread({ from: anna.id });
  simulator.ownerWrites({ from: anna.id, text: 'I am on my way' });
  simulator.write({ from: anna.id, text: 'good' });
  await until(() => messages(hook.events).length === 3);
  assert.deepEqual(
    messages(hook.events).map(({ origin }) => origin === Origin.ORIGIN_EXTERNAL),
    [false, true, false],
  );
  const control = hook.events.find(({ event }) => event?.$case === 'control')?.event;
  assert.equal(control?.$case === 'control' && control.value.toApp, '263902037430900');
});

test('a comment that is edited twice in one second is told twice', async () => {
  await using world = await startWorld();
  const { simulator, anna, hook } = world;
  const comment = simulator.comment({ from: anna.id, text: 'How much?' });
  for (const text of ['How mush?', 'How much is it?']) simulator.changeComment({ comment, text });
  await until(() => hook.events.length === 3);
  assert.equal(new Set(hook.events.map(({ id }) => id)).size, 3);
});

test('comments beneath one comment are one conversation, with everything that becomes of them', async () => {
  await using world = await startWorld();
  const { simulator, anna, hook } = world;
  const top = simulator.comment({ from: anna.id, text: 'How much?' });
  const answer = simulator.comment({ from: anna.id, text: 'And when?', under: top });
  simulator.changeComment({ comment: answer, text: 'And how soon?' });
  simulator.changeComment({ comment: answer });
  await until(() => hook.events.length === 4);
  const places = hook.events.map(({ conversation }) => [conversation?.kind, conversation?.platformId]);
  const place = [ConversationKind.CONVERSATION_KIND_COMMENTS, top];
  assert.deepEqual(places, [place, place, place, place]);
  assert.deepEqual(
    hook.events.map(({ event }) => event?.$case),
    ['message', 'message', 'edit', 'delete'],
  );
});

test('who somebody is is asked; of whom nothing may be seen nothing is known', async () => {
  await using world = await startWorld();
  const known = await introduce({ platformId: world.anna.id }, world.channel, toolsFor());
  assert.deepEqual([known.displayName, known.firstName, known.locale], ['Anna K', 'Anna', 'ru-RU']);
  assert.deepEqual(await introduce({ platformId: '1' }, world.channel, toolsFor()), {});
});

test('an echo may come before the answer to the send, and is no message of the person', async () => {
  await using world = await startWorld();
  world.simulator.write({ from: world.anna.id, text: 'hello' });
  world.simulator.fail({ kind: 'late_answer', method: 'messages', delayMs: 200 });
  let isAnswered = false;
  const sending = world.send(textOf('hi')).then(() => {
    isAnswered = true;
  });
  await until(() => world.hook.confirmed.length === 1);
  assert.equal(isAnswered, false);
  await sending;
  assert.deepEqual(messages(world.hook.events).map(textIn), ['hello']);
});

test('what is said in a thread that another app has is told as such, until it is ours again', async () => {
  await using world = await startWorld();
  const { simulator, anna, hook } = world;
  const last = () => hook.events.at(-1);
  const told = async (count: number) => {
    await until(() => hook.events.length === count);
    return [last()?.event?.$case, last()?.isHeldElsewhere];
  };
  simulator.write({ from: anna.id, text: 'one' });
  assert.deepEqual(await told(1), ['message', false]);
  simulator.takeThread({ from: anna.id });
  assert.deepEqual(await told(2), ['control', true]);
  simulator.write({ from: anna.id, text: 'two' });
  assert.deepEqual(await told(3), ['message', true]);
  simulator.giveThread({ from: anna.id });
  assert.deepEqual(await told(4), ['control', false]);
  simulator.write({ from: anna.id, text: 'three' });
  assert.deepEqual(await told(5), ['message', false]);
  simulator.requestThread({ from: anna.id });
  assert.deepEqual(await told(6), ['control', false], 'who asks for it does not have it');
});
