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

test('a key that is over is renewed in the same place; a place that is lost is left', async () => {
  await using world = await given();
  await beginning(world);
  for (const kind of ['key_expired', 'events_lost', 'poll_reset'] as const) {
    world.simulator.fail({ kind });
    const next = world.texts(1);
    if (kind !== 'key_expired')
      while (world.simulator.community.troubles.armed().length > 0) await new Promise(setImmediate);
    if (kind === 'poll_reset') {
      const asked = () => world.simulator.calls.filter(({ method }) => method === 'groups.getLongPollServer').length;
      while (asked() < 3) await new Promise(setImmediate);
    }
    world.simulator.write({ from: world.anna.id, text: kind });
    assert.deepEqual(await next, [kind]);
  }
  await world.updates.return(undefined);
});
