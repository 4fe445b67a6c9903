import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ChannelEvent } from '@trunkline/contracts';
import { until } from '@trunkline/testkit';
import { connect } from './setup.ts';
import type { SimulatedBot } from './simulator/index.ts';
import { startBot } from './testing/bot.ts';
import { channelFor, startHook, toolsFor } from './testing/desk.ts';

/** A bot whose updates arrive at a hook. */
async function given(start?: (simulator: SimulatedBot) => void) {
  const bot = await startBot();
  let channel = bot.channel;
  const hook = await startHook(() => channel);
  start?.(bot.simulator);
  const { secrets } = await connect(channel, hook.url, toolsFor());
  channel = channelFor(bot.simulator.url, bot.simulator.token, secrets?.hookSecret);
  await until(() => bot.simulator.waitingUpdates() === 0);
  return {
    ...bot,
    hook,
    [Symbol.asyncDispose]: async () => {
      await bot[Symbol.asyncDispose]();
      await hook[Symbol.asyncDispose]();
    },
  };
}

const textIn = ({ event }: ChannelEvent) =>
  event?.$case === 'message' && event.value.content?.kind?.$case === 'text' ? event.value.content.kind.value.plain : '';

test('what a person writes arrives in the order of writing, even if the hook fails in between', async () => {
  await using bot = await given();
  bot.hook.refusals.push(503, 503, 500);
  const written = Array.from({ length: 30 }, (_, index) => `message ${index}`);
  for (const text of written) bot.simulator.write({ from: bot.anna.id, text });
  await until(() => bot.hook.events.length === 31);
  assert.deepEqual(bot.hook.events.slice(1).map(textIn), written);
  const keys = bot.hook.events.map(({ order }) => order?.key ?? '');
  assert.deepEqual(keys, keys.toSorted());
});

test('an update that comes three times is one event by its id', async () => {
  await using bot = await given();
  bot.simulator.fail({ kind: 'repeated_update', copies: 3 });
  bot.simulator.write({ from: bot.anna.id, text: 'once' });
  await until(() => bot.hook.events.length === 4);
  assert.equal(new Set(bot.hook.events.slice(1).map(({ id }) => id)).size, 1);
});

test('an update that comes again long after it was taken is the same event by its id', async () => {
  await using bot = await given();
  for (const text of ['one', 'two']) bot.simulator.write({ from: bot.anna.id, text });
  await until(() => bot.simulator.waitingUpdates() === 0);
  bot.simulator.redeliver({ count: 2 });
  await until(() => bot.hook.events.length === 5);
  const [one, two, oneAgain, twoAgain] = bot.hook.events.slice(1).map(({ id }) => id);
  assert.deepEqual([oneAgain, twoAgain], [one, two]);
  assert.notEqual(one, two);
});

test('updates that overtake each other keep their order keys', async () => {
  await using bot = await given();
  bot.simulator.fail({ kind: 'reversed_updates', count: 3 });
  for (const text of ['one', 'two', 'three']) bot.simulator.write({ from: bot.anna.id, text });
  await until(() => bot.hook.events.length === 4);
  const came = bot.hook.events.slice(1);
  assert.deepEqual(came.map(textIn), ['three', 'two', 'one']);
  const sorted = came.toSorted((one, other) => ((one.order?.key ?? '') < (other.order?.key ?? '') ? -1 : 1));
  assert.deepEqual(sorted.map(textIn), ['one', 'two', 'three']);
});

test('a message, its edits and a press of its button are different events', async () => {
  await using bot = await given();
  const { message_id } = bot.simulator.write({ from: bot.anna.id, text: 'one' });
  bot.simulator.edit({ from: bot.anna.id, message: message_id, text: 'two' });
  bot.simulator.edit({ from: bot.anna.id, message: message_id, text: 'three' });
  bot.simulator.react({ from: bot.anna.id, message: message_id, emoji: ['❤'] });
  await until(() => bot.hook.events.length === 5);
  const events = bot.hook.events.slice(1);
  assert.deepEqual(
    events.map(({ event }) => event?.$case),
    ['message', 'edit', 'edit', 'reaction'],
  );
  assert.equal(new Set(events.map(({ id }) => id)).size, 4);
  const revisions = events.flatMap(({ event }) => (event?.$case === 'edit' ? [event.value.revision] : []));
  assert.ok((revisions[0] ?? 0) < (revisions[1] ?? 0), 'two changes in one second both count');
});

test('a call without the secret, or with another, is refused', async () => {
  await using bot = await given();
  const forged = JSON.stringify({ update_id: 1, message: {} });
  assert.equal(await bot.simulator.forge(forged), 401);
  assert.equal(await bot.simulator.forge(forged, 'guessed'), 401);
  assert.equal(bot.hook.events.length, 1);
});

test('a deep link tells what it carried; blocking and coming back are told', async () => {
  await using bot = await given();
  bot.simulator.start({ from: bot.anna.id, payload: 'ad-8F3K2' });
  bot.simulator.block({ from: bot.anna.id });
  bot.simulator.unblock({ from: bot.anna.id });
  await until(() => bot.hook.events.length === 4);
  const [bare, start, blocked, back] = bot.hook.events;
  assert.deepEqual([bare?.context, start?.context?.ref], [undefined, 'ad-8F3K2']);
  const states = [blocked, back].map((told) =>
    told?.event?.$case === 'subscription' ? told.event.value.isAllowed : 'none',
  );
  assert.deepEqual(states, [false, true]);
});

test('both tales of a move to a supergroup are one event about the old group', async () => {
  await using bot = await given();
  const chat = bot.simulator.createGroup({ from: bot.anna.id, title: 'Club' });
  const moved = bot.simulator.migrate({ from: bot.anna.id, chat });
  await until(() => bot.hook.events.length === 5);
  const [one, other] = bot.hook.events.slice(3);
  assert.equal(one?.id, other?.id);
  assert.equal(other?.conversation?.platformId, String(chat));
  assert.equal(one?.event?.$case === 'group' ? one.event.value.value : '', String(moved));
});

test('ids that a number cannot hold stay what they are', async () => {
  await using bot = await given();
  const id = '9007199254740993123';
  const who = `{"id":${id},"is_bot":false,"first_name":"Anna"}`;
  bot.simulator.rawText(
    `{"update_id":"<update_id>","message":{"message_id":7,"date":1782900123,"from":${who},"chat":{"id":${id},"type":"private"},"text":"hi"}}`,
  );
  await until(() => bot.hook.events.length === 2).catch(() => assert.fail(`${bot.hook.statuses}`));
  assert.equal(bot.hook.events[1]?.sender?.platformId, id);
});
