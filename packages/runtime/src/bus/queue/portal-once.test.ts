import assert from 'node:assert/strict';
import { test } from 'node:test';
import { aWorld, pass } from './model/acting.ts';

async function aPortalOnce() {
  const { world, portal } = await aWorld({ portals: 2, isOnce: true });
  const { id, receiver, state } = portal(0);
  const keptOf = () => [...(world.kept.get(id) ?? [])];
  return { world, id, receiver, state, keptOf, well: portal(1) };
}

test('what a portal does not take is skipped, kept and told before the next events, which do not wait', async () => {
  const { world, id, receiver, state, keptOf } = await aPortalOnce();
  world.produce(id, 3);
  await pass(world, 500);
  receiver.mood = 'down';
  world.produce(id, 10);
  await pass(world, 500);
  assert.deepEqual(keptOf(), [4, 5, 6, 7, 8, 9, 10, 11, 12, 13]);
  receiver.mood = 'well';
  world.produce(id, 2);
  await pass(world, 2_500);
  assert.deepEqual([receiver.last, receiver.notices, receiver.taken.size], [15, 1, 5]);
  assert.deepEqual([state()?.skipped, state()?.mode, state()?.failures], [10, 'live', 0]);
  assert.deepEqual(world.violations, []);
});

test('each batch of a portal that is down is tried once, in full, and the notices grow together', async () => {
  const { world, id, receiver, state, keptOf, well } = await aPortalOnce();
  receiver.mood = 'down';
  world.produce(id, 35);
  world.produce(well.id, 1);
  await pass(world, 10_000);
  assert.deepEqual([keptOf().length, state()?.skipped, state()?.notices.length], [35, 35, 1]);
  assert.equal(well.receiver.last, 1);
  for (let round = 0; round < 100; round += 1) {
    world.produce(id, 1);
    await pass(world, 3_000);
  }
  assert.equal(state()?.skipped, 135, 'what comes is tried within seconds, however long the portal is down');
  receiver.mood = 'well';
  world.produce(id, 1);
  await pass(world, 3_000);
  assert.deepEqual([receiver.last, receiver.notices, [...receiver.taken]], [136, 1, [136]]);
});

test('a notice that waits alone is tried as seldom as the events of others', async () => {
  const { world, id, receiver, state } = await aPortalOnce();
  receiver.mood = 'down';
  world.produce(id, 1);
  await pass(world, 3_600_000);
  assert.ok((state()?.failures ?? 0) < 30, `${state()?.failures} requests in an hour`);
  receiver.mood = 'well';
  await pass(world, 400_000);
  assert.deepEqual([receiver.last, receiver.notices, state()?.mode], [1, 1, 'live']);
});

test('strands that must come together first ask a portal that is down no oftener for what waits behind them', async () => {
  const { world, portal } = await aWorld({ portals: 1, strands: 4, isOnce: true });
  const { id, receiver, state } = portal(0);
  world.produce(id, 40);
  await pass(world, 30_000);
  receiver.mood = 'down';
  world.produce(id, 20);
  await pass(world, 10_000);
  assert.equal(state()?.strands.length, 4);
  world.strands.set(id, 1);
  world.produce(id, 20);
  await pass(world, 3_600_000);
  const failures = (state()?.strands ?? []).reduce((sum, strand) => sum + strand.failures, 0);
  assert.ok(failures > 4 && failures < 4 * 30, `${failures} requests in an hour`);
  receiver.mood = 'well';
  await pass(world, 400_000);
  assert.deepEqual([receiver.last, state()?.strands.length, state()?.mode], [80, 0, 'live']);
});

test('when the portal says how long it is busy, the next batch waits so long', async () => {
  const { world, id, receiver, state } = await aPortalOnce();
  receiver.mood = 'busy';
  world.produce(id, 1);
  await pass(world, 500);
  world.produce(id, 1);
  receiver.mood = 'well';
  await pass(world, 2_500);
  assert.deepEqual([receiver.last, state()?.skipped], [0, 1]);
  await pass(world, 1_000);
  assert.deepEqual([receiver.last, [...receiver.taken]], [2, [2]]);
});

test('the rest of a batch that is taken in part comes next', async () => {
  const { world, id, receiver, state } = await aPortalOnce();
  receiver.mood = 'partial';
  world.produce(id, 30);
  await pass(world, 30_000);
  assert.deepEqual([receiver.last, receiver.taken.size, state()?.skipped], [30, 30, 0]);
});

test('one event that the portal refuses by name is parked alone; without a name its batch is skipped', async () => {
  const { world, id, receiver, state } = await aPortalOnce();
  receiver.names = true;
  receiver.poison.add(3);
  world.produce(id, 5);
  await pass(world, 5_000);
  assert.deepEqual([[...receiver.taken], state()?.parked, state()?.skipped], [[1, 2, 4, 5], 1, 0]);
  receiver.names = false;
  receiver.poison.add(8);
  world.produce(id, 5);
  await pass(world, 5_000);
  assert.deepEqual([receiver.last, state()?.skipped, receiver.notices], [10, 5, 2]);
  world.produce(id, 1);
  await pass(world, 5_000);
  assert.deepEqual([receiver.last, receiver.taken.size], [11, 5]);
});

test('what the portal has no key for is sealed anew, and not skipped', async () => {
  const { world, id, receiver, state } = await aPortalOnce();
  world.sealer.rotate();
  world.produce(id, 5);
  await pass(world, 5_000);
  assert.deepEqual([receiver.last, receiver.taken.size, state()?.skipped], [5, 5, 0]);
});

test('a request that never left us has not been tried', async () => {
  const { world, id, receiver, state } = await aPortalOnce();
  receiver.mood = 'keyless';
  world.produce(id, 5);
  await pass(world, 5_000);
  assert.deepEqual([state()?.lastError, state()?.skipped], ['no_key', 0]);
  receiver.mood = 'well';
  await pass(world, 60_000);
  assert.deepEqual([receiver.last, receiver.taken.size], [5, 5]);
});

test('what is open when an instance stops is not skipped: the next one sends it', async () => {
  const { world, owner, portal } = await aWorld({ portals: 1, isOnce: true });
  const { id, receiver } = portal(0);
  receiver.mood = 'hangs';
  world.produce(id, 5);
  await pass(world, 500);
  owner.lease.abort();
  await pass(world, 5_500);
  receiver.mood = 'well';
  world.start();
  await pass(world, 2_000);
  assert.deepEqual([receiver.last, receiver.notices, world.kept.get(id)?.size], [5, 0, 0]);
});

test('a batch whose request gave way to others is not skipped: its portal had not the time that it was promised', async () => {
  const { world, portal } = await aWorld({ portals: 2, requests: 1, isOnce: true });
  const { id, receiver, state } = portal(0);
  const other = portal(1);
  receiver.mood = 'hangs';
  world.produce(id, 5);
  await pass(world, 500);
  world.produce(other.id, 1);
  await pass(world, 1_200);
  assert.equal(other.receiver.last, 1, 'it was broken off');
  receiver.mood = 'well';
  await pass(world, 30_000);
  assert.deepEqual([receiver.last, receiver.notices, state()?.skipped, world.kept.get(id)?.size], [5, 0, 0, 0]);
});

test('while the store is away nothing is skipped, and what was tried is tried again', async () => {
  const { world, id, receiver, state, keptOf } = await aPortalOnce();
  receiver.mood = 'down';
  world.servers.lossRate = 1;
  world.produce(id, 5);
  await pass(world, 1_000);
  assert.deepEqual([state()?.skipped, state()?.sequence], [0, 0]);
  world.servers.lossRate = 0;
  receiver.mood = 'well';
  await pass(world, 5_000);
  assert.deepEqual([receiver.last, receiver.taken.size, keptOf().length], [5, 5, 0]);
});
