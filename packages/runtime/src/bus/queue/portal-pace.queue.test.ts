import assert from 'node:assert/strict';
import { test } from 'node:test';
import { aWorld, pass } from './model/acting.ts';

test('where every request takes three seconds, none of those that are well is aborted for another', async () => {
  const { world, ids } = await aWorld({ portals: 8, requests: 4 });
  const receivers = [...world.portals.values()];
  for (const receiver of receivers) receiver.answersAfterMs = 3_000;
  const produce = async (rounds: number) => {
    for (let round = 0; round < rounds; round += 1) {
      for (const id of ids) world.produce(id, 1);
      await pass(world, 7_000);
    }
  };
  await produce(20);
  const before = receivers.reduce((sum, { repeats }) => sum + repeats, 0);
  await produce(10);
  assert.equal(
    receivers.reduce((sum, { repeats }) => sum + repeats, 0),
    before,
    'no repeats any more',
  );
});

test('a portal that hangs gives way to those that are well, however slow all are', async () => {
  const { world, ids, portal } = await aWorld({ portals: 5, requests: 4 });
  for (const receiver of world.portals.values()) receiver.answersAfterMs = 400;
  for (let round = 0; round < 40; round += 1) {
    for (const id of ids) world.produce(id, 1);
    await pass(world, 1_000);
  }
  for (const id of ids.slice(0, 4)) {
    const hanging = world.portals.get(id);
    if (hanging !== undefined) hanging.mood = 'hangs';
    world.produce(id, 1);
  }
  await pass(world, 2_500);
  world.produce(portal(4).id, 1);
  await pass(world, 1_000);
  assert.equal(portal(4).receiver.last, 41);
});

test('where all are slow, those that are well wait for the hanging for ten seconds at most', async () => {
  const { world, ids, portal } = await aWorld({ portals: 5, requests: 4 });
  for (const receiver of world.portals.values()) receiver.answersAfterMs = 3_000;
  for (let round = 0; round < 40; round += 1) {
    for (const id of ids) world.produce(id, 1);
    await pass(world, 7_000);
  }
  for (const id of ids.slice(0, 4)) {
    const hanging = world.portals.get(id);
    if (hanging !== undefined) hanging.mood = 'hangs';
    world.produce(id, 1);
  }
  await pass(world, 1_000);
  world.produce(portal(4).id, 1);
  await pass(world, 4_000);
  assert.equal(portal(4).receiver.last, 40, 'the price: there is no slot');
  await pass(world, 6_000);
  assert.equal(portal(4).receiver.last, 41);
});

test('a portal that allows six requests a minute gets one each ten seconds, and holds no slot meanwhile', async () => {
  const { world, view, portal } = await aWorld({ portals: 1, requests: 1, requestsPerMinute: 6 });
  const { id, receiver, state } = portal(0);
  world.produce(id, 1);
  await pass(world, 500);
  assert.equal(receiver.last, 1);
  world.produce(id, 3);
  await pass(world, 9_000);
  assert.deepEqual([receiver.last, state()?.isBusy, view.portals.get(id)?.failures], [1, false, 0]);
  await pass(world, 1_500);
  assert.equal(receiver.last, 4);
  for (let second = 0; second < 60; second += 1) {
    world.produce(id, 1);
    await pass(world, 1_000);
  }
  await pass(world, 10_000);
  assert.deepEqual([receiver.last, receiver.repeats, state()?.failures], [64, 0, 0]);
  assert.deepEqual(world.violations, []);
});

test('a limit that is lifted is heeded at once', async () => {
  const { world, portal } = await aWorld({ portals: 1, requestsPerMinute: 1 });
  const { id, receiver } = portal(0);
  world.produce(id, 1);
  await pass(world, 500);
  world.produce(id, 1);
  await pass(world, 5_000);
  assert.equal(receiver.last, 1);
  world.limits.requestsPerMinute = 0;
  await pass(world, 500);
  assert.equal(receiver.last, 2);
});

test('while a portal catches up it is known how fast it is taken, and forgotten once it keeps pace', async () => {
  const { world, portal } = await aWorld({ portals: 1 });
  const { id, receiver, state } = portal(0);
  receiver.mood = 'down';
  world.produce(id, 1_000);
  await pass(world, 2_000);
  assert.equal(state()?.flow, undefined, 'it fails');
  receiver.mood = 'well';
  receiver.answersAfterMs = 500;
  for (let second = 0; second < 20; second += 1) {
    world.produce(id, 2);
    await pass(world, 1_000);
  }
  const flow = state()?.flow;
  assert.ok(Math.abs((flow?.takenPerSecond ?? 0) - 20) < 2, `${flow?.takenPerSecond} a second`);
  assert.ok(Math.abs((flow?.comingPerSecond ?? 0) - 2) < 0.5, `${flow?.comingPerSecond} a second`);
  await pass(world, 60_000);
  assert.deepEqual([receiver.last, state()?.mode, state()?.flow], [1_040, 'live', undefined]);
});
