import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parse } from './parse.ts';
import { poll } from './poll.ts';
import { connect } from './setup.ts';
import { startWorld } from './testing/world.ts';

/** A world without a public address. */
async function given() {
  const world = await startWorld();
  await connect(world.channel, undefined, world.tools());
  const updates = poll(world.channel, world.tools());
  /** The texts of the next updates. */
  const texts = async (count: number, from = updates) => {
    const found: string[] = [];
    while (found.length < count) {
      const { value: call } = await from.next();
      const [told] = call === undefined ? [] : parse(call, world.channel);
      const kind = told?.event?.$case === 'message' ? told.event.value.content?.kind : undefined;
      found.push(kind?.$case === 'text' ? kind.value.plain : '');
    }
    return found;
  };
  return { ...world, updates, texts, [Symbol.asyncDispose]: () => world[Symbol.asyncDispose]() };
}

/** Asks once, so that VK knows the place; what comes then is waited for. */
async function beginning({ simulator, anna, texts }: Awaited<ReturnType<typeof given>>) {
  const first = texts(1);
  while (!simulator.calls.some(({ method }) => method === 'groups.getLongPollServer')) await new Promise(setImmediate);
  simulator.write({ from: anna.id, text: 'zero' });
  assert.deepEqual(await first, ['zero']);
}

test('what was told while nobody asked is asked for from the kept place, as far as it was stored', async () => {
  await using world = await given();
  await beginning(world);
  for (const text of ['one', 'two']) world.simulator.write({ from: world.anna.id, text });
  assert.deepEqual(await world.texts(2), ['one', 'two']);
  await world.updates.return(undefined);
  world.simulator.write({ from: world.anna.id, text: 'three' });
  const again = poll(world.channel, world.tools());
  assert.deepEqual(await world.texts(3, again), ['one', 'two', 'three'], 'what was not confirmed comes again');
  await again.return(undefined);
});

test('a key that is over is renewed in the same place', async () => {
  await using world = await given();
  await beginning(world);
  world.simulator.fail({ kind: 'key_expired' });
  const next = world.texts(1);
  world.simulator.write({ from: world.anna.id, text: 'after it' });
  assert.deepEqual(await next, ['after it']);
  await world.updates.return(undefined);
});

test('a place that is lost is told of, and left: the next poll goes on behind it', async () => {
  await using world = await given();
  await beginning(world);
  for (const kind of ['events_lost', 'poll_reset'] as const) {
    world.simulator.fail({ kind });
    const polling = poll(world.channel, world.tools());
    await assert.rejects(polling.next(), { code: 'transient', isGap: true, message: /VK has lost/ });
    const next = poll(world.channel, world.tools());
    world.simulator.write({ from: world.anna.id, text: kind });
    assert.deepEqual(await world.texts(1, next), [kind]);
    await next.return(undefined);
  }
});

test('a failure that nobody knows loses nothing: the next poll goes on from the same place', async () => {
  await using world = await given();
  await beginning(world);
  await world.updates.return(undefined);
  world.simulator.write({ from: world.anna.id, text: 'meanwhile' });
  world.simulator.fail({ kind: 'poll_strange' });
  await assert.rejects(poll(world.channel, world.tools()).next(), { code: 'transient', message: /"failed": 4/ });
  const again = poll(world.channel, world.tools());
  assert.deepEqual(await world.texts(2, again), ['zero', 'meanwhile']);
  await again.return(undefined);
});

test('the place is kept before anything came: what is written while the first poll is over is not lost', async () => {
  await using world = await given();
  const first = poll(world.channel, world.tools());
  const asked = first.next();
  while (!world.simulator.calls.some(({ method }) => method === 'groups.getLongPollServer'))
    await new Promise(setImmediate);
  world.simulator.write({ from: world.anna.id, text: 'not stored' });
  await asked;
  await first.return(undefined);
  const second = poll(world.channel, world.tools());
  assert.deepEqual(await world.texts(1, second), ['not stored']);
  await second.return(undefined);
});
