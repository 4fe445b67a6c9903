import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { until } from '@trunkline/testkit';
import { hookCall, message, only, party, texts } from './testing/build.ts';
import { type Surroundings, startSurroundings } from './testing/surroundings.ts';

let around: Surroundings;
before(async () => {
  around = await startSurroundings();
});
after(async () => {
  await around?.[Symbol.asyncDispose]();
});

/** What a platform tells that has nothing but times: an event of a person, at a time in milliseconds. */
const told = (who: string, atMs: number) =>
  hookCall(message(`${who}:${atMs}`, `${atMs}`, { chat: who, sender: party(who), order: `${atMs}`, byTime: true }));

const receivedOf = async (who: string) =>
  only(await around.facts(), 'received').filter(({ told: { event } }) => event?.conversation?.platformId === who);
const heardFrom = async (who: string, count: number) =>
  await until(async () => {
    const facts = await receivedOf(who);
    return facts.length >= count && facts;
  });

test('calls that overtook each other are told in the order of their times', async () => {
  await around.enter(told('a', 3_000), told('a', 1_000));
  await around.enter(told('a', 2_000));
  const facts = await heardFrom('a', 3);
  assert.deepEqual(texts(facts), ['1000', '2000', '3000']);
  assert.ok(facts.every(({ told: { isLate } }) => !isLate));
});

test('what comes after later ones were told is told at once, as late, and never put back before them', async () => {
  await around.enter(told('b', 5_000));
  await heardFrom('b', 1);
  // One that has to wait does not hold the late one up.
  await around.enter(told('b', 9_000), told('b', 4_000));
  const facts = await heardFrom('b', 3);
  assert.deepEqual(texts(facts), ['5000', '4000', '9000']);
  assert.deepEqual(
    facts.map(({ told: { isLate, conversationNumber } }) => [isLate, conversationNumber]),
    [
      [false, 1],
      [true, 2],
      [false, 3],
    ],
  );
});

test('the same time twice keeps the order of arrival, and another person waits for nobody', async () => {
  await around.enter(told('c', 1_000));
  await around.enter(
    hookCall(message('c:twin', 'twin', { chat: 'c', sender: party('c'), order: '1000', byTime: true })),
  );
  await around.enter(hookCall(message('d:1', 'by number', { chat: 'd', sender: party('d'), order: '1' })));
  assert.deepEqual(texts(await heardFrom('d', 1)), ['by number']);
  assert.deepEqual(texts(await heardFrom('c', 2)), ['1000', 'twin']);
});

test('what waits when the service ends is told by the next, in order', async () => {
  await around.enter(told('e', 7_000), told('e', 6_000));
  await around.restart();
  assert.deepEqual(texts(await heardFrom('e', 2)), ['6000', '7000']);
});
