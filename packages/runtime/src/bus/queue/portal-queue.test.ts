import assert from 'node:assert/strict';
import { test } from 'node:test';
import { aWorld, pass } from './model/acting.ts';

test('100 portals that hang cost one that is well nothing but the first second', async () => {
  const { world, ids, portal } = await aWorld({ portals: 101, requests: 256 });
  const well = portal(100);
  for (const id of ids.slice(0, 100)) {
    const hanging = world.portals.get(id);
    if (hanging !== undefined) hanging.mood = 'hangs';
    world.produce(id, 1);
  }
  await pass(world, 250);
  world.produce(well.id, 1);
  await pass(world, 1_250);
  assert.equal(well.receiver.last, 1, 'the slots are back after a second');
  for (let round = 2; round <= 20; round += 1) {
    for (const id of ids.slice(0, 100)) world.produce(id, 1);
    world.produce(well.id, 1);
    await pass(world, 300);
    assert.equal(well.receiver.last, round);
  }
});

test('strands that hang leave the others the slots of those that fail', async () => {
  const { world, portal } = await aWorld({ portals: 4, strands: 16, requests: 256 });
  const failing = portal(3);
  // Their events are of eight conversations each: more strands than there are slots.
  for (const { id, receiver } of [portal(0), portal(1), portal(2)]) {
    receiver.mood = 'hangs';
    world.produce(id, 200);
  }
  await pass(world, 3_000);
  failing.receiver.mood = 'down';
  world.produce(failing.id, 1);
  await pass(world, 500);
  assert.equal(failing.receiver.last, 0);
  failing.receiver.mood = 'well';
  await pass(world, 3_000);
  assert.equal(failing.receiver.last, 1);
});

test('when the process has no request left, the one that has been open longest gives way', async () => {
  const { world, ids, portal } = await aWorld({ portals: 5, requests: 4 });
  for (const id of ids.slice(0, 4)) {
    const hanging = world.portals.get(id);
    if (hanging !== undefined) hanging.mood = 'hangs';
    world.produce(id, 1);
    await pass(world, 300);
  }
  await pass(world, 1_000);
  world.produce(portal(4).id, 1);
  await pass(world, 300);
  assert.equal(portal(4).receiver.last, 1);
  assert.equal(portal(0).state()?.lastError, 'portal_timeout');
  assert.equal(portal(1).state()?.failures, 0);
});

test('memory stays below its limit: the largest queue is read back later, the others go on from memory', async () => {
  const { world, view, portal } = await aWorld({ portals: 3, eventBytes: 500_000 });
  const [largest, small, well] = [portal(0), portal(1), portal(2)];
  largest.receiver.mood = 'hangs';
  small.receiver.mood = 'hangs';
  world.produce(small.id, 1);
  for (let made = 0; made < 20; made += 1) world.produce(largest.id, 1);
  world.produce(well.id, 1);
  await pass(world, 300);
  assert.ok(view.liveBytes <= 8 * 1024 * 1024);
  assert.equal(largest.state()?.mode, 'drain');
  assert.equal(small.state()?.mode, 'live');
  assert.equal(well.receiver.last, 1);
  for (const { receiver } of [largest, small]) receiver.mood = 'well';
  await pass(world, 60_000);
  assert.deepEqual([largest.receiver.last, small.receiver.last], [20, 1]);
  assert.equal(view.liveBytes, 0);
});

test('an event that waits in memory for more than two seconds gives the memory back', async () => {
  const { world, view, portal } = await aWorld({ portals: 1 });
  const { id, receiver, state } = portal(0);
  receiver.mood = 'hangs';
  world.produce(id, 3);
  await pass(world, 1_500);
  assert.equal(state()?.mode, 'live');
  await pass(world, 1_500);
  assert.equal(state()?.mode, 'drain');
  assert.equal(view.liveBytes, 0);
});

test('a portal that failed gets one event first, then full batches, and is live again', async () => {
  const { world, portal } = await aWorld({ portals: 1 });
  const { id, receiver, state } = portal(0);
  receiver.mood = 'down';
  world.produce(id, 25);
  await pass(world, 400);
  assert.deepEqual([state()?.mode, state()?.failures, state()?.lastError], ['drain', 1, 'portal_unavailable']);
  receiver.mood = 'well';
  await pass(world, 1_500);
  assert.equal(receiver.last, 25);
  assert.deepEqual([state()?.mode, state()?.failures, state()?.lastError], ['live', 0, '']);
});

test('a batch waits for more events no longer than the linger, and goes at once when it is full', async () => {
  const { world, portal } = await aWorld({ portals: 1 });
  const { id, receiver } = portal(0);
  world.produce(id, 9);
  await pass(world, 150);
  assert.equal(receiver.last, 0);
  world.produce(id, 1);
  await pass(world, 0);
  assert.equal(receiver.last, 10);
  world.produce(id, 1);
  await pass(world, 250);
  assert.equal(receiver.last, 11);
});

test('nothing starts while the lease is in doubt', async () => {
  const { world, owner, portal } = await aWorld({ portals: 1 });
  const { id, receiver } = portal(0);
  owner.leaseAgeMs = 2_500;
  world.produce(id, 1);
  await pass(world, 5_000);
  assert.equal(receiver.last, 0);
  owner.leaseAgeMs = 0;
  await pass(world, 500);
  assert.equal(receiver.last, 1);
});

test('a new owner reads on near the end of the lane, however long a portal is down', async () => {
  const { world, owner, portal } = await aWorld({ portals: 2 });
  const [dead, well] = [portal(0), portal(1)];
  dead.receiver.mood = 'down';
  world.produce(dead.id, 5);
  for (let round = 0; round < 50; round += 1) {
    world.produce(well.id, 2);
    await pass(world, 100);
  }
  await pass(world, 1_000);
  owner.isAlive = false;
  const next = world.start();
  await pass(world, 100);
  assert.ok((next.view?.feedSequence ?? 0) >= 51);
  assert.equal(well.receiver.repeats, 0);
  dead.receiver.mood = 'well';
  world.produce(dead.id, 1);
  await pass(world, 60_000);
  assert.deepEqual([dead.receiver.last, well.receiver.last], [6, 100]);
  assert.deepEqual(world.violations, []);
});

test('three events refused and none taken between pause the portal; the others go on', async () => {
  const { world, portal } = await aWorld({ portals: 2 });
  const [wrong, well] = [portal(0), portal(1)];
  wrong.receiver.names = true;
  for (let sequence = 1; sequence <= 10; sequence += 1) wrong.receiver.poison.add(sequence);
  world.produce(wrong.id, 10);
  world.produce(well.id, 1);
  await pass(world, 60_000);
  assert.equal(world.paused.get(wrong.id), 'portal_rejected');
  assert.deepEqual([wrong.state()?.mode, wrong.state()?.parked, well.receiver.last], ['paused', 3, 1]);
  wrong.receiver.poison.clear();
  world.paused.clear();
  await pass(world, 60_000);
  assert.deepEqual([...wrong.receiver.taken], [4, 5, 6, 7, 8, 9, 10]);
  assert.equal(wrong.state()?.mode, 'live');
});

test('an event that is refused without a name is found by halving and parked after a minute', async () => {
  const { world, portal } = await aWorld({ portals: 1 });
  const { id, receiver, state } = portal(0);
  receiver.poison.add(7);
  world.produce(id, 10);
  await pass(world, 50_000);
  assert.deepEqual([receiver.last, state()?.parked], [6, 0]);
  await pass(world, 40_000);
  assert.deepEqual([receiver.last, state()?.parked], [10, 1]);
  assert.deepEqual([...receiver.taken], [1, 2, 3, 4, 5, 6, 8, 9, 10]);
});

test('events that are missing pause their portal, not the lane', async () => {
  const { world, portal } = await aWorld({ portals: 2 });
  const [holed, well] = [portal(0), portal(1)];
  world.heads.set(holed.id, 3);
  world.produce(holed.id, 1);
  world.produce(well.id, 1);
  await pass(world, 2_000);
  assert.deepEqual([holed.state()?.mode, holed.receiver.last, well.receiver.last], ['paused', 0, 1]);
  assert.deepEqual(world.violations, [`${holed.id} paused by a gap`]);
});

test('a stream that ends before what was read of it is not served', async () => {
  const { world, owner, portal } = await aWorld({ portals: 1 });
  world.produce(portal(0).id, 1);
  await pass(world, 1_000);
  owner.isAlive = false;
  world.servers.outbox.length = 0;
  const next = world.start();
  await pass(world, 1_000);
  assert.ok(next.hasEnded);
  assert.match(world.violations[0] ?? '', /stream_lost: OUTBOX ends at 0, and 1 was read before/);
});

test('off for four days: what waited too long is kept and told as one range, and what is new goes on', async () => {
  const { world, owner, portal } = await aWorld({ portals: 1 });
  const { id, receiver } = portal(0);
  world.produce(id, 10);
  await pass(world, 1_000);
  owner.isAlive = false;
  world.produce(id, 30);
  const fourDaysMs = 96 * 60 * 60 * 1_000;
  world.time.clock.after(fourDaysMs, () => {});
  await pass(world, fourDaysMs);
  const next = world.start();
  await pass(world, 1_000);
  world.produce(id, 5);
  await pass(world, 1_000);
  const kept = [...(world.kept.get(id) ?? [])];
  assert.deepEqual([kept[0], kept.at(-1), kept.length], [11, 40, 30]);
  assert.deepEqual([receiver.last, receiver.taken.size, receiver.repeats], [45, 15, 0]);
  assert.equal(next.view?.portals.get(id)?.mode, 'live');
  assert.deepEqual(world.violations, []);
});

test('a lane ends in time even if the bus does not answer', async () => {
  const { world, owner, portal } = await aWorld({ portals: 1 });
  portal(0).receiver.mood = 'hangs';
  world.produce(portal(0).id, 1);
  await pass(world, 400);
  world.servers.lossRate = 1;
  await pass(world, 1_000);
  owner.lease.abort();
  await pass(world, 5_500);
  assert.ok(owner.hasEnded);
});

test('a clean stop repeats nothing, even if the bus answers the last record late', async () => {
  const { world, owner, portal } = await aWorld({ portals: 1 });
  const { id, receiver } = portal(0);
  world.produce(id, 10);
  await pass(world, 10);
  assert.equal(receiver.last, 10);
  world.servers.lossRate = 1;
  owner.lease.abort();
  await pass(world, 3_500);
  world.servers.lossRate = 0;
  await pass(world, 1_500);
  assert.ok(owner.hasEnded);
  world.start();
  await pass(world, 1_000);
  assert.deepEqual([receiver.last, receiver.repeats], [10, 0]);
});

test('who takes a lane over knows what waits and since when, before anything new comes', async () => {
  const { world, portal } = await aWorld({ portals: 1 });
  const { id, receiver } = portal(0);
  receiver.mood = 'down';
  world.produce(id, 5);
  const atMs = world.time.clock.wallMs();
  await pass(world, 10_000);
  for (const owner of world.owners) owner.isAlive = false;
  const next = world.start();
  await pass(world, 100);
  const seen = next.view?.portals.get(id);
  assert.deepEqual([seen?.mode, seen?.sequence, seen?.headSequence, seen?.frontAtMs], ['drain', 0, 5, atMs]);
});
