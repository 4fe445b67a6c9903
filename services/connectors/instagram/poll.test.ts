import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ChannelEvent } from '@trunkline/contracts';
import { parse } from './parse.ts';
import { poll } from './poll.ts';
import { startWorld } from './testing/world.ts';

const minuteMs = 60_000;
type World = Awaited<ReturnType<typeof startWorld>>;

/** All events of one round; a clock that stands before the next round is due ends the polling. */
async function round(world: World, now: () => number): Promise<ChannelEvent[]> {
  const ended = new AbortController();
  const tools = world.toolsFor({ now });
  const { state } = tools;
  const put: typeof state.put = async (key, ...rest) => {
    const isDone = await state.put(key, ...rest);
    if (key === 'polled') ended.abort();
    return isDone;
  };
  const events: ChannelEvent[] = [];
  for await (const call of poll(world.channel, { ...tools, signal: ended.signal, state: { ...state, put } }))
    events.push(...parse(call, world.channel));
  return events;
}

const texts = (events: readonly ChannelEvent[]) =>
  events.map(({ event }) => {
    const kind = event?.$case === 'message' ? event.value.content?.kind : undefined;
    return kind?.$case === 'text' ? kind.value.plain : '';
  });

test('comments that the hook does not tell are fetched, with their answers, and each is one event whoever tells it', async () => {
  let nowMs = Date.now();
  const now = () => nowMs;
  await using world = await startWorld({ now });
  const { simulator, anna, hook } = world;
  simulator.comment({ from: anna.id, text: 'before we came' });
  nowMs += minuteMs;
  assert.deepEqual(await round(world, now), [], 'what was there before is not new');
  nowMs += 16 * minuteMs;
  const told = simulator.comment({ from: anna.id, text: 'told' });
  simulator.fail({ kind: 'unheard_comments' });
  simulator.comment({ from: anna.id, text: 'not told' });
  simulator.fail({ kind: 'unheard_comments' });
  simulator.comment({ from: anna.id, text: 'an answer, not told', under: told });
  nowMs += 16 * minuteMs;
  const found = await round(world, now);
  assert.deepEqual(new Set(texts(found)), new Set(['told', 'not told', 'an answer, not told']));
  const byHook = hook.events.filter(({ id }) => found.some((event) => event.id === id));
  assert.deepEqual(texts(byHook), ['told'], 'one that both tell has one id');
  const place = byHook[0]?.conversation?.platformId;
  const answer = found.find((event) => texts([event])[0] === 'an answer, not told');
  assert.equal(answer?.conversation?.platformId, place);
  assert.match(answer?.conversation?.parentUrl ?? '', /instagram\.com\/p\//);
  nowMs += 16 * minuteMs;
  const former = simulator.calls.length;
  assert.deepEqual(await round(world, now), []);
  const asked = simulator.calls.slice(former).map(({ path }) => path);
  assert.deepEqual(asked, ['me/media'], 'posts without a new comment are not read');
});

test('a new post is read whole, and one that is too old is not read at all', async () => {
  let nowMs = Date.now();
  const now = () => nowMs;
  await using world = await startWorld({ now, settings: { pollDays: 2 } });
  await round(world, now);
  const post = world.simulator.post({ id: '17895600000000001' });
  world.simulator.fail({ kind: 'unheard_comments' });
  world.simulator.comment({ from: world.anna.id, text: 'first', post });
  nowMs += 16 * minuteMs;
  assert.deepEqual(texts(await round(world, now)), ['first']);
  nowMs += 3 * 24 * 60 * minuteMs;
  world.simulator.comment({ from: world.anna.id, text: 'late', post });
  assert.deepEqual(await round(world, now), []);
});

test('the next round begins when it is due, and not before', async () => {
  const nowMs = Date.now();
  await using world = await startWorld();
  await round(world, () => nowMs);
  const former = world.simulator.calls.length;
  const ended = new AbortController();
  const tools = { ...world.toolsFor({ now: () => nowMs + 14 * minuteMs }), signal: ended.signal };
  const polling = poll(world.channel, tools).next();
  ended.abort();
  assert.equal((await polling).done, true);
  assert.equal(world.simulator.calls.length, former);
});

test('what could not be stored is fetched again: how far a post was read is kept only afterwards', async () => {
  let nowMs = Date.now();
  const now = () => nowMs;
  await using world = await startWorld({ now });
  await round(world, now);
  world.simulator.comment({ from: world.anna.id, text: 'Price?' });
  nowMs += 16 * minuteMs;
  const polling = poll(world.channel, world.toolsFor({ now }));
  assert.equal((await polling.next()).done, false);
  await polling.return(undefined);
  assert.deepEqual(texts(await round(world, now)), ['Price?']);
});

test('a post that cannot be read does not keep the others from being read', async () => {
  let nowMs = Date.now();
  const now = () => nowMs;
  await using world = await startWorld({ now });
  await round(world, now);
  const { simulator, anna } = world;
  const post = simulator.post({ id: '17895600000000001' });
  for (const [text, more] of [
    ['under the old one', {}],
    ['under the new one', { post }],
  ] as const)
    simulator.comment({ from: anna.id, text, ...more });
  nowMs += 16 * minuteMs;
  simulator.fail({ kind: 'refusal', method: 'comments', code: 100, subcode: 33 });
  assert.deepEqual(texts(await round(world, now)), ['under the old one']);
});

test('what stood there before the channel came is not new, however far back it is looked later', async () => {
  let nowMs = Date.now();
  const now = () => nowMs;
  await using world = await startWorld({ now, settings: { pollDays: 1 } });
  const { simulator, anna, channel } = world;
  const old = simulator.post({ id: '17895600000000001' });
  simulator.comment({ from: anna.id, text: 'before we came', post: old });
  nowMs += 2 * 24 * 60 * minuteMs;
  await round(world, now);
  nowMs += 16 * minuteMs;
  const deeper = { ...world, channel: { ...channel, settings: { ...channel.settings, pollDays: 7 } } };
  assert.deepEqual(await round(deeper, now), []);
  simulator.comment({ from: anna.id, text: 'after', post: old });
  nowMs += 16 * minuteMs;
  assert.deepEqual(texts(await round(deeper, now)), ['after']);
});

test('posts and answers beyond the first page are read', async () => {
  let nowMs = Date.now();
  const now = () => nowMs;
  await using world = await startWorld({ now });
  await round(world, now);
  const { simulator, anna } = world;
  const first = simulator.post({ id: '17895600000000001' });
  for (let number = 0; number < 110; number += 1) simulator.post({ id: String(17895600000001000 + number) });
  const top = simulator.comment({ from: anna.id, text: 'top', post: first });
  for (let number = 0; number < 110; number += 1)
    simulator.comment({ from: anna.id, text: `answer ${number}`, post: first, under: top });
  nowMs += 16 * minuteMs;
  assert.equal(texts(await round(world, now)).length, 111);
});

test('a comment that came while another went is found, although their number is the same', async () => {
  let nowMs = Date.now();
  const now = () => nowMs;
  await using world = await startWorld({ now });
  const { simulator, anna } = world;
  const gone = simulator.comment({ from: anna.id, text: 'gone' });
  await round(world, now);
  nowMs += 2 * 60 * minuteMs;
  simulator.account.comments.delete(gone);
  simulator.comment({ from: anna.id, text: 'instead' });
  nowMs += 16 * minuteMs;
  assert.deepEqual(await round(world, now), []);
  nowMs += 6 * 60 * minuteMs;
  assert.deepEqual(texts(await round(world, now)), ['instead']);
});
