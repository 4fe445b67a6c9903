import assert from 'node:assert/strict';
import { test } from 'node:test';
import { aWorld, pass } from './model/acting.ts';

const hourMs = 3_600_000;

test('a portal that is well is sent to at once by a new owner, however far ahead the clock of the former one was', async () => {
  const { world, owner, portal } = await aWorld({ portals: 1 });
  const { id, receiver } = portal(0);
  world.produce(id, 1);
  await pass(world, 1_000);
  owner.isAlive = false;
  const ahead = world.start(2 * hourMs);
  world.paused.set(id, 'a person');
  world.produce(id, 1);
  await pass(world, 1_000);
  ahead.isAlive = false;
  world.paused.delete(id);
  world.start(0);
  await pass(world, 5_000);
  assert.deepEqual([receiver.last, world.violations], [2, []]);
});

test('a portal that fails is tried at once at each resumption, whichever clock stamped it', async () => {
  const { world, portal } = await aWorld({ portals: 1 });
  const { id, receiver, state } = portal(0);
  receiver.mood = 'down';
  world.produce(id, 1);
  await pass(world, 30_000);
  world.resumedAtMs.set(id, world.time.clock.wallMs() + hourMs);
  await pass(world, 500);
  const { failures = 0 } = state() ?? {};
  receiver.mood = 'well';
  world.resumedAtMs.set(id, world.time.clock.wallMs());
  await pass(world, 500);
  assert.deepEqual([failures > 0, receiver.last, world.violations], [true, 1, []]);
});

test('one that fails is tried again by a new owner within the hour that a portal may ask for, whatever the clocks', async () => {
  const { world, owner, portal } = await aWorld({ portals: 1 });
  const { id, receiver } = portal(0);
  owner.isAlive = false;
  const ahead = world.start(4 * hourMs);
  receiver.mood = 'down';
  world.produce(id, 1);
  await pass(world, 10_000);
  ahead.isAlive = false;
  receiver.mood = 'well';
  world.start(0);
  await pass(world, hourMs);
  assert.deepEqual(
    [receiver.notices, receiver.last, world.violations],
    [1, 1, []],
    'it hears of what expired meanwhile',
  );
});
