import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ChannelEvent } from '@trunkline/contracts';
import { createMemoryState, until } from '@trunkline/testkit';
import { parse } from './parse.ts';
import { poll } from './poll.ts';
import { probe } from './setup-health.ts';
import { startWorld, textOf, toolsFor } from './testing/world.ts';

const textIn = ({ event }: ChannelEvent) =>
  event?.$case === 'message' && event.value.content?.kind?.$case === 'text' ? event.value.content.kind.value.plain : '';

type World = Awaited<ReturnType<typeof startWorld>>;

/** A page whose probe has found everything well. */
async function given() {
  const world = await startWorld();
  const state = createMemoryState();
  const ended = new AbortController();
  const tools = () => ({ ...toolsFor(), state, signal: ended.signal });
  const look = () => probe(world.channel, world.hook.url, tools());
  await look();
  /** What the next fetched calls tell, until nothing is missed any more. */
  const fetched = async () => {
    const events: ChannelEvent[] = [];
    const ending = (async () => {
      await until(async () => (await state.get('missed')) === undefined);
      ended.abort();
    })();
    for await (const call of poll(world.channel, tools())) events.push(...parse(call, world.channel));
    await ending;
    return events;
  };
  return { ...world, state, look, fetched, ended, tools, [Symbol.asyncDispose]: () => world[Symbol.asyncDispose]() };
}

test('what people wrote while the platform had given the page up is fetched once it is subscribed again, in order', async () => {
  await using world = await given();
  const { simulator, anna } = world;
  const heard = simulator.write({ from: anna.id, text: 'before' });
  await until(() => world.hook.events.length === 1);
  simulator.unsubscribe();
  simulator.write({ from: anna.id, text: 'one' });
  simulator.attach({ from: anna.id, kind: 'image', bytes: Buffer.from('GIF8'), mimeType: 'image/gif', name: 'a.gif' });
  simulator.ownerWrites({ to: anna.id, text: 'from the inbox' });
  assert.equal(world.hook.events.length, 1, 'the hook is told nothing of it');
  assert.equal((await world.look()).state, 'ok');
  const events = await world.fetched();
  assert.deepEqual(events.map(textIn), ['before', 'one', '', 'from the inbox']);
  assert.equal(events[0]?.id, world.hook.events[0]?.id, 'what was told by the hook is the same event');
  assert.equal(events[0]?.platformId, heard);
  const kinds = events.map(({ event }) => event?.$case === 'message' && event.value.content?.kind?.$case);
  assert.deepEqual(kinds, ['text', 'text', 'image', 'text']);
  assert.deepEqual(
    events.map(({ origin }) => origin),
    [1, 1, 1, 5],
  );
});

test('our own messages come back under the ids that they were sent with; nothing is fetched where nothing is missed', async () => {
  await using world = await given();
  world.simulator.write({ from: world.anna.id, text: 'hello' });
  const { platformIds } = await world.send(textOf('Which size?'));
  const before = world.simulator.calls.length;
  assert.deepEqual(await world.fetched(), []);
  assert.ok(world.simulator.calls.slice(before).every(({ path }) => path !== 'me/conversations'));
  assert.equal(platformIds.length, 1);
});

test('what was missed stays to be fetched until it is, though the page is lost again meanwhile', async () => {
  await using world = await given();
  world.simulator.unsubscribe();
  world.simulator.write({ from: world.anna.id, text: 'one' });
  await world.look();
  const missed = (await world.state.get('missed'))?.value;
  world.simulator.unsubscribe();
  await world.look();
  assert.deepEqual((await world.state.get('missed'))?.value, missed);
  assert.deepEqual((await world.fetched()).map(textIn), ['one']);
});

test('an outage that begins while the former one is being fetched is fetched, too', async () => {
  await using world = await given();
  world.simulator.unsubscribe();
  world.simulator.write({ from: world.anna.id, text: 'one' });
  await world.look();
  const calls = poll(world.channel, world.tools());
  const { value: first } = await calls.next();
  assert.deepEqual(first && parse(first, world.channel).map(textIn), ['one']);
  world.simulator.unsubscribe();
  world.simulator.write({ from: world.anna.id, text: 'two' });
  await world.look();
  // The pause after the fetch is cut short: the poll ends.
  world.ended.abort();
  assert.equal((await calls.next()).done, true);
  assert.notEqual(await world.state.get('missed'), undefined);
});

test('what was written under posts and on the page meanwhile is fetched, too, in order, and is the same as the hook tells', async () => {
  await using world = await given();
  const { simulator, anna } = world;
  const heard = simulator.comment({ from: anna.id, text: 'before' });
  await until(() => world.hook.events.length === 1);
  simulator.unsubscribe();
  const top = simulator.comment({ from: anna.id, text: 'How much?', post: `${simulator.page.id}_988` });
  const answer = simulator.comment({ from: anna.id, text: 'Hello?', post: `${simulator.page.id}_988`, under: top });
  simulator.comment({ from: anna.id, text: 'again', under: heard });
  const post = simulator.post({ from: anna.id, text: 'Where are you?' });
  assert.equal((await world.look()).state, 'ok');
  const events = await world.fetched();
  const told = events.map((event) => [textIn(event), event.platformId, event.conversation?.platformId]);
  const again = events.find((event) => textIn(event) === 'again')?.platformId;
  assert.deepEqual(told, [
    ['before', heard, heard],
    ['again', again, heard],
    ['How much?', top, top],
    ['Hello?', answer, top],
    ['Where are you?', post, post],
  ]);
  assert.deepEqual(events[0], { ...world.hook.events[0], receivedAt: events[0]?.receivedAt }, 'as the hook told it');
});

const beyond = [
  [
    'threads beyond the newest 500',
    ({ simulator }: World) => {
      for (let number = 0; number < 501; number += 1)
        simulator.write({ from: simulator.person({ id: `9${number}` }).id, text: 'hello' });
    },
  ],
  [
    'messages beyond the newest 100 of a thread',
    ({ simulator, anna }: World) => {
      for (let number = 0; number < 101; number += 1) simulator.write({ from: anna.id, text: `${number}` });
    },
  ],
  [
    'comments under posts older than the newest 500',
    ({ simulator, anna }: World) => {
      for (let number = 0; number < 501; number += 1) simulator.post({ from: anna.id, text: `${number}` });
    },
  ],
  [
    'comments beyond the newest 100 under a post',
    ({ simulator, anna }: World) => {
      for (let number = 0; number < 101; number += 1) simulator.comment({ from: anna.id, text: `${number}` });
    },
  ],
  [
    'comments, for want of a right',
    ({ simulator, anna }: World) => {
      simulator.write({ from: anna.id, text: 'hello' });
      simulator.fail({ kind: 'refusal', method: 'feed', code: 200, message: 'Requires pages_read_user_content' });
    },
  ],
] as const;
for (const [words, happens] of beyond) {
  test(`what is not fetched is said in words for a day: ${words}`, async () => {
    await using world = await given();
    world.simulator.unsubscribe();
    happens(world);
    assert.equal((await world.look()).state, 'ok');
    assert.ok((await world.fetched()).length >= 1, 'all else is');
    const { state, reason } = await world.look();
    assert.equal(state, 'degraded');
    assert.ok(reason.includes(`Missing are ${words}: look into the page itself.`), reason);
    assert.notEqual(await world.state.get('heard'), undefined);
  });
}

test('of an outage longer than a week the last seven days are fetched, and the rest is said to be missing', async () => {
  await using world = await given();
  await world.state.put('heard', Date.now() - 9 * 24 * 60 * 60_000);
  world.simulator.unsubscribe();
  world.simulator.write({ from: world.anna.id, text: 'hello' });
  await world.look();
  assert.deepEqual((await world.fetched()).map(textIn), ['hello']);
  assert.match((await world.look()).reason, /Missing are what is older than seven days/);
});
