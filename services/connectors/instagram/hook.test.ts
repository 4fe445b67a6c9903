import assert from 'node:assert/strict';
import { buffer } from 'node:stream/consumers';
import { test } from 'node:test';
import { type ChannelEvent, ConversationKind, mediaOf, Origin } from '@trunkline/contracts';
import { until } from '@trunkline/testkit';
import { download } from './download.ts';
import { introduce } from './setup-people.ts';
import { startWorld } from './testing/world.ts';

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

test('events of another account in the same call are not ours', async () => {
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
  simulator.answerStory({ from, text: 'nice' });
  simulator.react({ from, message: first, emoji: '❤' });
  simulator.start({ from, payload: 'again' });
  simulator.unsend({ from, message: first });
  const kinds = ['press', 'message', 'message', 'reaction', 'start', 'delete'];
  await until(() => hook.events.length === kinds.length);
  assert.deepEqual(
    hook.events.map(({ event }) => event?.$case),
    kinds,
  );
  assert.equal(hook.events[0]?.context?.ref, 'v-8F3K2');
  const story = hook.events[2]?.event;
  assert.equal(story?.$case === 'message' && story.value.content?.kind?.$case, 'story');
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
  const { stream } = await download(media, world.channel, world.toolsFor());
  assert.deepEqual(await buffer(stream), bytes);
  world.simulator.expireMedia();
  await assert.rejects(download(media, world.channel, world.toolsFor()), { code: 'media_failed' });
});

test('comments beneath one comment are one conversation, and what the telephone writes is the company’s', async () => {
  await using world = await startWorld();
  const { simulator, anna, hook } = world;
  const top = simulator.comment({ from: anna.id, text: 'Price?' });
  simulator.comment({ from: anna.id, text: 'And when?', under: top });
  simulator.ownerWrites({ from: anna.id, text: 'I am on my way' });
  await until(() => hook.events.length === 3);
  const place = [ConversationKind.CONVERSATION_KIND_COMMENTS, `17895695668004550_${top}`];
  const places = hook.events.map(({ conversation }) => [conversation?.kind, conversation?.platformId]);
  assert.deepEqual(places.slice(0, 2), [place, place]);
  assert.equal(hook.events[2]?.origin, Origin.ORIGIN_EXTERNAL);
});

test('who somebody is is asked; of whom nothing may be seen nothing is known', async () => {
  await using world = await startWorld();
  const { id: platformId } = world.anna;
  assert.deepEqual(await introduce({ platformId }, world.channel, world.toolsFor()), {}, 'without consent');
  world.simulator.write({ from: platformId, text: 'hello' });
  const known = await introduce({ platformId }, world.channel, world.toolsFor());
  assert.deepEqual([known.displayName, known.alternativeIds], ['Anna K', { username: 'anna_k' }]);
});
