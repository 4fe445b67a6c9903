import assert from 'node:assert/strict';
import { test } from 'node:test';
import { strandOf } from '@trunkline/contracts';
import { aWorld, pass } from './model/acting.ts';
import { convOf } from './model/items.ts';
import { askReplay } from './model/replays.ts';
import { purge } from './model/world-log.ts';

/** A portal whose strands are recorded, and have nothing to do. */
async function aParallelPortal(strands = 4, size: { readonly requestsPerMinute?: number } = {}) {
  const { world, portal, owner } = await aWorld({ portals: 2, strands, requests: 256, ...size });
  const { id, receiver, state } = portal(0);
  world.produce(id, 40);
  await pass(world, 30_000);
  const strandStates = () => state()?.strands ?? [];
  assert.equal(receiver.last, 40);
  assert.ok(strandStates().length === strands && strandStates().every(({ mode }) => mode === 'live'));
  const busy = () => strandStates().filter(({ isBusy }) => isBusy).length;
  return { world, id, receiver, state, owner, busy, strands: strandStates, well: portal(1) };
}

test('the strand of a conversation never changes: its receivers compute it too', () => {
  // SHA-256('') begins with e3b0c442, SHA-256('abc') with ba7816bf.
  assert.deepEqual([strandOf('', 16), strandOf('abc', 16), strandOf('abc', 3)], [2, 15, 0xba7816bf % 3]);
});

test('a slow portal has a request open for each strand; each of one strand waits for the one before', async () => {
  const { world, id, receiver, busy } = await aParallelPortal();
  receiver.answersAfterMs = 500;
  world.produce(id, 40);
  await pass(world, 300);
  assert.equal(busy(), 4);
  await pass(world, 30_000);
  assert.equal(receiver.last, 80);
  assert.deepEqual([world.violations, receiver.violations], [[], []]);
});

test('a portal that hangs holds one slot of the failing once each of its strands has failed', async () => {
  const { world, id, receiver, busy, strands, well } = await aParallelPortal();
  receiver.mood = 'hangs';
  world.produce(id, 40);
  await pass(world, 16_000);
  assert.ok(strands().every(({ failures }) => failures === 1));
  let most = 0;
  for (let look = 0; look < 300; look += 1) {
    await pass(world, 250);
    most = Math.max(most, busy());
  }
  assert.equal(most, 1);
  assert.ok(strands().every(({ failures }) => failures > 1));
  world.produce(well.id, 1);
  await pass(world, 1_000);
  assert.equal(well.receiver.last, 1);
});

test('as soon as one strand of a portal that was down gets through, the others are tried too', async () => {
  const { world, id, receiver, strands } = await aParallelPortal();
  receiver.mood = 'down';
  world.produce(id, 40);
  await pass(world, 70_000);
  const first = Math.min(...strands().map(({ nextAttemptAtMs }) => nextAttemptAtMs));
  receiver.mood = 'well';
  await pass(world, first - world.time.nowMs + 1_000);
  assert.equal(receiver.last, 80);
});

test('a strand that failed again when another got through begins its waits anew: the portal takes events, if not all of them', async () => {
  const { world, id, receiver, strands } = await aParallelPortal();
  receiver.mood = 'down';
  world.produce(id, 40);
  await pass(world, 70_000);
  const first = Math.min(...strands().map(({ nextAttemptAtMs }) => nextAttemptAtMs));
  receiver.mood = 'well';
  receiver.answersAfterMs = 500;
  await pass(world, first - world.time.nowMs + 100);
  receiver.mood = 'down';
  receiver.answersAfterMs = 0;
  await pass(world, 2_000);
  assert.ok(
    strands().some(({ failures }) => failures > 0),
    'others had no such luck',
  );
  receiver.mood = 'well';
  await pass(world, 20_000);
  assert.equal(receiver.last, 80);
  assert.deepEqual([world.violations, receiver.violations], [[], []]);
});

test('when the portal says how long it is busy, none of its strands asks sooner', async () => {
  const { world, id, receiver, strands } = await aParallelPortal();
  const { index } = strands()[strandOf(convOf(41), 4)]?.strand ?? {};
  receiver.mood = 'busy';
  world.produce(id, 1);
  await pass(world, 500);
  receiver.mood = 'well';
  world.produce(id, 20);
  await pass(world, 2_000);
  assert.equal(receiver.taken.size, 40, `strand ${index} spoke for all`);
  await pass(world, 2_000);
  assert.equal(receiver.last, 61);
});

test('the limit of requests a minute holds for all strands together', async () => {
  const { world, id, receiver } = await aParallelPortal(4, { requestsPerMinute: 60 });
  world.produce(id, 40);
  await pass(world, 1_500);
  assert.ok(receiver.last < 80);
  await pass(world, 30_000);
  assert.equal(receiver.last, 80);
  assert.deepEqual(world.violations, []);
});

test('what lies between the events of a strand is read back once, not at each try', async () => {
  const { world, id, receiver } = await aParallelPortal();
  receiver.mood = 'down';
  for (let made = 0; made < 2_000; made += 1) world.produce(id, 1);
  await pass(world, 5_000);
  const reads = world.servers.reads;
  receiver.mood = 'well';
  await pass(world, 60_000);
  assert.equal(receiver.last, 2_040);
  // Of 64 messages that are read at least, some sixteen are of a strand, and ten go into a batch: 200 batches, and the ends.
  assert.ok(world.servers.reads - reads < 450, `${world.servers.reads - reads} reads`);
});

test('strands come together while events go on coming, and then there are as many as the settings say', async () => {
  const { world, id, receiver, strands, state } = await aParallelPortal();
  receiver.answersAfterMs = 100;
  for (const count of [2, 1, 3]) {
    world.strands.set(id, count);
    for (let round = 0; round < 40; round += 1) {
      world.produce(id, 7);
      await pass(world, 50);
    }
    await pass(world, 2_000);
    assert.equal(strands().length, count === 1 ? 0 : count);
  }
  await pass(world, 30_000);
  assert.equal(receiver.last, 40 + 3 * 40 * 7);
  assert.deepEqual([world.violations, receiver.violations, receiver.repeats], [[], [], 0]);
  assert.equal(state()?.expired, 0);
});

test('a portal whose strands were changed while it was down goes on in the new way once it takes something', async () => {
  const { world, id, receiver, strands } = await aParallelPortal();
  receiver.mood = 'down';
  world.produce(id, 20);
  await pass(world, 5_000);
  world.strands.set(id, 2);
  await pass(world, 20_000);
  assert.equal(strands().length, 4, 'first everything up to one place must be taken');
  receiver.mood = 'well';
  await pass(world, 60_000);
  assert.deepEqual([strands().length, receiver.last], [2, 60]);
  assert.deepEqual([world.violations, receiver.violations], [[], []]);
});

test('what comes while a replay is read goes first, whichever strand it is of', async () => {
  const { world, id, receiver } = await aParallelPortal();
  askReplay(world.replays, id, [1, 2, 3]);
  const replay = world.replays.get(id)?.[0];
  assert.ok(replay !== undefined);
  replay.onRead = () => {
    delete replay.onRead;
    world.produce(id, 5);
  };
  await pass(world, 5_000);
  assert.deepEqual([receiver.last, receiver.replayed.get(1)], [45, [1, 2, 3]]);
  assert.deepEqual(world.violations, []);
});

test('a replay that is due just after strands came together sends nothing before a record says that they did', async () => {
  for (let beforeMs = 20; beforeMs <= 240; beforeMs += 20) {
    const { world, id, receiver, state } = await aParallelPortal();
    receiver.mood = 'down';
    askReplay(world.replays, id, [1, 2, 3]);
    await pass(world, 1_000);
    const dueAtMs = state()?.timer?.atMs ?? assert.fail();
    await pass(world, dueAtMs - world.time.nowMs - beforeMs);
    receiver.mood = 'well';
    world.strands.set(id, 1);
    world.produce(id, 5);
    await pass(world, 10_000);
    assert.deepEqual([receiver.last, receiver.replayed.get(1), world.violations], [45, [1, 2, 3], []]);
  }
});

test('events that are missing pause the portal, in whichever strand they would be', async () => {
  const { world, id, receiver, state } = await aParallelPortal();
  world.heads.set(id, 43);
  world.produce(id, 1);
  await pass(world, 2_000);
  assert.equal(receiver.last, 40);
  assert.deepEqual(world.violations, [`${id} paused by a gap`]);
  assert.ok(state()?.strands.some(({ mode }) => mode === 'paused'));
});

test('a strand that has passed over events of others need not find them again once they are purged', async () => {
  const { world, owner, id, receiver, well } = await aParallelPortal(2);
  const isFirst = (sequence: number) => strandOf(convOf(sequence), 2) === 0;
  // Two of the same strand, one after the other, and behind them one of the other strand.
  const refused =
    Array.from({ length: 40 }, (_, index) => 41 + index).find((at) => isFirst(at) && isFirst(at + 1)) ?? 0;
  if (refused > 41) world.produce(id, refused - 41);
  await pass(world, 1_000);
  receiver.poison.add(refused);
  world.produce(id, 1);
  await pass(world, 2_000);
  world.produce(id, 1);
  world.produce(well.id, 1);
  await pass(world, 2_000);
  owner.isAlive = false;
  receiver.poison.clear();
  const next = world.start();
  await pass(world, 40_000);
  assert.equal(receiver.last, refused + 1);
  world.produce(well.id, 1);
  await pass(world, 1_000);
  purge(world.servers);
  world.produce(id, 11);
  await pass(world, 5_000);
  assert.deepEqual([receiver.last, world.violations, receiver.violations], [refused + 12, [], []]);
  assert.equal(next.view?.portals.get(id)?.strands.length, 2);
});
