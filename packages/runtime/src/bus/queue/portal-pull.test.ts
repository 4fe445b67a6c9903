import assert from 'node:assert/strict';
import { test } from 'node:test';
import { aWorld, pass } from './model/acting.ts';
import { retentionMs } from './model/world.ts';

/** A portal that is pulled from, with five events of this age. */
async function aPulled(ageMs: number) {
  const { world, portal } = await aWorld({ portals: 1 });
  const { id, state } = portal(0);
  world.wanted.set(id, 'x');
  world.produce(id, 5);
  await pass(world, ageMs);
  assert.deepEqual([state()?.mode, state()?.expired], ['pull', 0]);
  const epoch = world.consumers.stored.get(`${id}/x`)?.epoch ?? 0;
  // From now on its owner hears of nothing by looking.
  world.consumers.oldRate = 1;
  return { world, id, state, epoch };
}

test('what a consumer acknowledged does not expire, also when its owner has not noticed yet', async () => {
  const { world, id, state, epoch } = await aPulled(retentionMs - 1_000);
  assert.ok(world.consumers.acknowledge(id, 'x', { sequence: 3, epoch }));
  await pass(world, 10_000);
  assert.deepEqual([...(world.kept.get(id) ?? [])], [4, 5]);
  assert.deepEqual([state()?.expired, state()?.sequence], [2, 5]);
  assert.deepEqual(world.violations, []);
});

test('what a consumer refused is parked and does not expire, also when its owner has not noticed yet', async () => {
  const { world, id, state, epoch } = await aPulled(retentionMs - 1_000);
  assert.ok(world.consumers.refuse(id, 'x', { sequence: 2, epoch, eventId: 'event-3' }));
  await pass(world, 10_000);
  assert.deepEqual([...(world.kept.get(id) ?? [])], [3, 4, 5]);
  assert.deepEqual([state()?.parked, state()?.expired, state()?.sequence], [1, 2, 5]);
  assert.deepEqual(world.violations, []);
});

test('what a consumer acknowledged is not withheld, also when its owner has not noticed yet', async () => {
  const { world, id, state, epoch } = await aPulled(2_000);
  world.sealer.rotate();
  world.sealer.deleteOldest();
  for (let sequence = 1; sequence <= 4; sequence += 1) world.sealer.lose(`${id}/${sequence}`);
  assert.ok(world.consumers.acknowledge(id, 'x', { sequence: 3, epoch }));
  await pass(world, retentionMs - 10_000);
  assert.deepEqual([...(world.kept.get(id) ?? [])], [4]);
  assert.deepEqual([state()?.withheld, state()?.sequence], [1, 4]);
  assert.deepEqual(world.violations, []);
});
