import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { aWorld, pass } from './model/acting.ts';

const mib = 1024 * 1024;

test('an owner that was away catches up from memory: the feed waits while portals take, and none goes to drain', async () => {
  const { world, owner, ids } = await aWorld({ portals: 40, eventBytes: 100_000, requests: 256 });
  owner.lease.abort();
  await pass(world, 5_000);
  for (let round = 0; round < 10; round += 1) for (const id of ids) world.produce(id, 1);
  const next = world.start();
  const receivers = [...world.portals.values()];
  // Nothing is sent until the memory is full.
  next.leaseAgeMs = 3_000;
  let most = 0;
  for (let step = 0; step < 20_000 && receivers.some(({ last }) => last < 10); step += 1) {
    if (!world.network.deliver()) world.time.advance();
    await turn();
    most = Math.max(most, next.view?.liveBytes ?? 0);
    if (most > 8 * mib) next.leaseAgeMs = 0;
    for (const { id, mode } of next.view?.portals.values() ?? []) assert.equal(mode, 'live', id);
  }
  assert.ok(most > 8 * mib && most < 8.2 * mib, `${most} bytes were held`);
  for (const { last } of receivers) assert.equal(last, 10);
});

test('portals that hang with all the memory of their lane stop the others for a second at most', async () => {
  const { world, ids, view, portal } = await aWorld({ portals: 31, eventBytes: 300_000, requests: 256 });
  const well = portal(30);
  for (const id of ids.slice(0, 30)) {
    const hanging = world.portals.get(id);
    if (hanging !== undefined) hanging.mood = 'hangs';
    world.produce(id, 1);
  }
  world.produce(well.id, 1);
  await pass(world, 1_250);
  assert.equal(well.receiver.last, 1);
  assert.ok(view.liveBytes <= 5 * mib);
  world.produce(well.id, 1);
  await pass(world, 300);
  assert.equal(well.receiver.last, 2);
});

test('a burst to one portal gives way at once', async () => {
  const { world, portal } = await aWorld({ portals: 2, eventBytes: 300_000, requests: 256 });
  const [busy, other] = [portal(0), portal(1)];
  busy.receiver.mood = 'hangs';
  world.produce(busy.id, 30);
  world.produce(other.id, 1);
  await pass(world, 220);
  assert.equal(busy.state()?.mode, 'drain');
  assert.equal(other.receiver.last, 1);
});

test('a burst to the strands of one portal gives way at once too', async () => {
  const { world, view, portal } = await aWorld({ portals: 1, strands: 8, eventBytes: 300_000, requests: 256 });
  portal(0).receiver.mood = 'hangs';
  world.produce(portal(0).id, 40);
  await pass(world, 100);
  assert.ok(view.liveBytes < 3 * mib, `${view.liveBytes} bytes are held`);
});
