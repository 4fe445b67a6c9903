import assert from 'node:assert/strict';
import { test } from 'node:test';
import { aWorld, pass } from './model/acting.ts';
import { retentionMs } from './model/world.ts';

const head = 100_000;

test('100,000 events that expired at the head of a portal that is down are one range and one notice, kept in parts', async () => {
  const { world, portal } = await aWorld({ portals: 2, eventBytes: 200 });
  const [dead, well] = [portal(0), portal(1)];
  dead.receiver.mood = 'down';
  for (let made = 0; made < head; made += 100) world.produce(dead.id, 100);
  await pass(world, 1_000);
  await pass(world, retentionMs);
  world.produce(dead.id, 3);
  world.produce(well.id, 1);
  dead.receiver.mood = 'well';
  await pass(world, 300_000);
  assert.equal(world.kept.get(dead.id)?.size, head);
  assert.deepEqual([dead.receiver.notices, dead.receiver.last, dead.receiver.taken.size], [1, head + 3, 3]);
  assert.deepEqual([dead.state()?.expired, dead.state()?.mode], [head, 'live']);
  assert.ok(world.keptAtOnceBytes <= 1024 * 1024, `${world.keptAtOnceBytes} bytes were kept at once`);
  assert.equal(well.receiver.last, 1);
  assert.deepEqual(world.violations, []);
});
