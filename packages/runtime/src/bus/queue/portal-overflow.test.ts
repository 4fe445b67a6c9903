import assert from 'node:assert/strict';
import { test } from 'node:test';
import { heldOf } from '../overflow/totals.ts';
import { aWorld, pass } from './model/acting.ts';

test('what lies in the object store comes in its order, between what does not, and the portal goes live again', async () => {
  const { world, portal } = await aWorld({ portals: 2 });
  const { id, receiver, state } = portal(0);
  world.produce(id, 3);
  await pass(world, 1_000);
  assert.equal(state()?.mode, 'live');
  for (const rate of [1, 1, 0, 1, 0, 0, 1, 0]) {
    world.servers.overflowRate = rate;
    world.produce(id, 4);
    if (rate === 0) await pass(world, 500);
  }
  await pass(world, 2_000);
  assert.deepEqual([receiver.last, receiver.taken.size, receiver.repeats], [35, 35, 0]);
  assert.equal(state()?.mode, 'live');
  world.produce(id, 1);
  await pass(world, 250);
  assert.equal(receiver.last, 36);
  assert.deepEqual(world.violations, []);
});

test('what a portal holds is told, and a new owner knows it although the feed shows nothing of it any more', async () => {
  const { world, owner, portal } = await aWorld({ portals: 2 });
  const { id, receiver } = portal(0);
  const other = portal(1).id;
  receiver.mood = 'down';
  world.servers.overflowRate = 1;
  world.produce(id, 3);
  await pass(world, 60_000);
  // Everything is recorded, its next attempt is far away, and what the other one takes moves the mark of the feed behind it.
  world.servers.overflowRate = 0;
  world.produce(other, 1);
  await pass(world, 1_000);
  world.servers.overflowRate = 1;
  world.produce(id, 3);
  world.servers.overflowRate = 0;
  world.produce(other, 1);
  await pass(world, 1_000);
  const overflowedBytes = [...world.servers.objects.values()].reduce((sum, { length }) => sum + length, 0);
  owner.isAlive = false;
  const next = world.start();
  await pass(world, 250);
  const heldBy = () => {
    const { headTotals, doneTotals } = next.view?.portals.get(id) ?? assert.fail();
    return heldOf(headTotals, doneTotals);
  };
  assert.deepEqual([heldBy().overflowedBytes, heldBy().overflowedMessages], [overflowedBytes, 2]);
  receiver.mood = 'well';
  await pass(world, 60_000);
  assert.equal(receiver.last, 6);
  assert.deepEqual(heldBy(), { bytes: 0, overflowedBytes: 0, overflowedMessages: 0 });
});

test('a sealer of a version without totals, and one that counts again after it, leave it known what a portal holds', async () => {
  const { world, portal } = await aWorld({ portals: 1 });
  const { id, receiver, state } = portal(0);
  const holds = () => {
    const { headTotals, doneTotals } = state() ?? assert.fail();
    return heldOf(headTotals, doneTotals);
  };
  const nothing = { bytes: 0, overflowedBytes: 0, overflowedMessages: 0 };
  const seal = async (messages: number, how: { readonly overflows?: boolean; readonly tells?: boolean } = {}) => {
    world.servers.tellsTotals = how.tells ?? true;
    world.servers.overflowRate = how.overflows ? 1 : 0;
    for (let sealed = 0; sealed < messages; sealed += 1) world.produce(id, 1);
    await pass(world, 1_000);
  };
  await seal(20, { overflows: true });
  assert.deepEqual(holds(), nothing);
  await seal(3, { tells: false });
  assert.deepEqual(holds(), nothing, 'what is taken is not held, whoever sealed it');
  receiver.mood = 'down';
  await seal(2);
  const before = holds();
  assert.ok(before.bytes > 0, 'counted anew');
  await seal(4, { overflows: true });
  assert.equal(holds().overflowedMessages, 4);
  await seal(2, { tells: false });
  assert.equal(holds().overflowedMessages, 4, 'what does not tell changes nothing');
  receiver.mood = 'well';
  await pass(world, 60_000);
  assert.deepEqual([receiver.last, holds()], [31, nothing]);
});

for (const [what, damage] of [
  ['is gone', () => undefined],
  ['was cut', (data: Uint8Array) => data.subarray(1)],
  ['was altered', (data: Uint8Array) => data.map((byte, index) => (index === 5 ? byte ^ 1 : byte))],
] as const) {
  test(`a portal whose object ${what} stops before it, and the others go on; with the object back it goes on too`, async () => {
    const { world, portal } = await aWorld({ portals: 2 });
    const [holed, well] = [portal(0), portal(1)];
    world.produce(holed.id, 2);
    world.servers.overflowRate = 1;
    world.produce(holed.id, 2);
    const [[key, data] = ['', new Uint8Array()]] = [...world.servers.objects];
    world.servers.overflowRate = 0;
    world.produce(holed.id, 2);
    const broken = damage(data);
    if (broken === undefined) world.servers.objects.delete(key);
    else world.servers.objects.set(key, broken);
    world.produce(well.id, 1);
    await pass(world, 2_000);
    assert.deepEqual([holed.state()?.mode, holed.receiver.last, well.receiver.last], ['drain', 2, 1]);
    await pass(world, 20_000);
    assert.deepEqual([holed.state()?.mode, holed.receiver.last], ['paused', 2]);
    assert.ok(world.violations.includes(`${holed.id} paused by a gap`));
    assert.ok(world.violations.includes(`${holed.id} damaged`));

    world.servers.objects.set(key, data);
    world.paused.delete(holed.id);
    await pass(world, 2_000);
    assert.deepEqual([holed.receiver.last, holed.receiver.taken.size, holed.state()?.mode], [6, 6, 'live']);
  });
}

for (const isPulled of [false, true]) {
  test(`an object that is missing for seconds alone pauses nobody who is ${isPulled ? 'pulled from' : 'sent to'}: it is looked for again, less and less often`, async () => {
    const { world, portal } = await aWorld({ portals: 1 });
    const { id, receiver, state } = portal(0);
    if (isPulled) world.wanted.set(id, 'one');
    world.servers.overflowRate = 1;
    world.produce(id, 3);
    const objects = new Map(world.servers.objects);
    world.servers.objects.clear();
    await pass(world, 5_000);
    assert.deepEqual([world.paused.size, receiver.last], [0, 0]);
    assert.ok(world.servers.reads < 20, `${world.servers.reads} reads`);
    for (const [key, data] of objects) world.servers.objects.set(key, data);
    await pass(world, 10_000);
    assert.equal(world.paused.size, 0);
    assert.equal(state()?.unreadableSinceMs, undefined);
    if (!isPulled) assert.equal(receiver.last, 3);
  });
}

test('what ended by the leader’s word alone leaves nothing behind: the next trouble gets its whole patience', async () => {
  const { world, portal } = await aWorld({ portals: 1 });
  const { id, receiver, state } = portal(0);
  world.servers.overflowRate = 1;
  world.produce(id, 3);
  const objects = new Map(world.servers.objects);
  world.servers.objects.clear();
  await pass(world, 5_000);
  assert.ok(state()?.unreadableSinceMs !== undefined);
  // A leader that was replaced says for a moment that nothing waits.
  const waiting = world.servers.outbox.splice(0);
  await pass(world, 5_000);
  assert.equal(state()?.unreadableSinceMs, undefined);
  world.servers.outbox.push(...waiting);
  await pass(world, 5_000);
  assert.deepEqual([world.paused.size, receiver.last], [0, 0]);
  for (const [key, data] of objects) world.servers.objects.set(key, data);
  await pass(world, 10_000);
  assert.deepEqual([world.paused.size, receiver.last], [0, 3]);
});

test('an object store that does not answer stops nobody for good', async () => {
  const { world, portal } = await aWorld({ portals: 1 });
  world.servers.overflowRate = 1;
  for (let message = 0; message < 10; message += 1) world.produce(portal(0).id, 1);
  world.servers.lossRate = 0.5;
  await pass(world, 5_000);
  world.servers.lossRate = 0;
  await pass(world, 5_000);
  assert.deepEqual([portal(0).receiver.last, portal(0).receiver.taken.size], [10, 10]);
  assert.deepEqual(world.violations, []);
});

test('what lies in the object store expires like everything else: it is kept, whole, and told', async () => {
  const { world, portal } = await aWorld({ portals: 1 });
  const { id, receiver } = portal(0);
  receiver.mood = 'down';
  world.servers.overflowRate = 1;
  for (let message = 0; message < 5; message += 1) world.produce(id, 2);
  await pass(world, 200_000);
  receiver.mood = 'well';
  await pass(world, 60_000);
  assert.deepEqual([receiver.last, world.kept.get(id)?.size], [10, 10]);
  assert.ok(world.keptAtOnceBytes > 0, 'with their bytes');
  assert.deepEqual(world.violations, []);
});
