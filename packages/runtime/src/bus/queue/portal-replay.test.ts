import assert from 'node:assert/strict';
import { test } from 'node:test';
import { aWorld, pass } from './model/acting.ts';
import { askReplay } from './model/replays.ts';
import { recordsOf } from './model/world-log.ts';

/** A portal that has taken 20 events, and of which these are to be sent again. */
async function aReplay(
  sequences: readonly number[],
  before: (portal: Awaited<ReturnType<typeof taken>>) => void = () => {},
) {
  const given = await taken();
  before(given);
  askReplay(given.world.replays, given.id, sequences);
  return { ...given, replay: () => given.world.replays.get(given.id)?.[0] };
}

async function taken() {
  const { world, owner, portal } = await aWorld({ portals: 1 });
  const { id, receiver, state } = portal(0);
  world.produce(id, 20);
  await pass(world, 1_000);
  assert.equal(receiver.last, 20);
  return { world, owner, id, receiver, state };
}

const all = Array.from({ length: 20 }, (_, index) => index + 1);

test('of a batch of which the portal takes a part the rest comes next, in order, and live events go on meanwhile', async () => {
  const { world, id, receiver, state, replay } = await aReplay(all, ({ receiver: its }) => {
    its.mood = 'partial';
  });
  await pass(world, 250);
  world.produce(id, 3);
  await pass(world, 10_000);
  assert.deepEqual(receiver.replayed.get(1), all);
  assert.deepEqual([replay()?.sent, replay()?.isOver], [20, true]);
  assert.deepEqual([receiver.last, state()?.sequence, state()?.mode], [23, 23, 'live']);
  assert.deepEqual([...receiver.violations, ...world.violations], []);
});

test('history has an attempt for each run of sequences without a hole, with the number of the replay', async () => {
  const { world } = await aReplay([2, 3, 7]);
  await pass(world, 1_000);
  const attempts = recordsOf(world.servers).flatMap((record) => record.attempts);
  const again = attempts.filter(({ replay: number }) => number === 1);
  assert.deepEqual(
    again.map(({ firstSequence, lastSequence, accepted, outcome }) => [firstSequence, lastSequence, accepted, outcome]),
    [
      [2, 3, 2, 'accepted'],
      [7, 7, 1, 'accepted'],
    ],
  );
});

test('what a consumer took of a replay, and what it refused, is told by records, once while nothing breaks', async () => {
  const { world, owner, id } = await taken();
  askReplay(world.replays, id, [2, 3, 7]);
  const [replay] = world.replays.get(id) ?? [];
  assert.ok(replay !== undefined);
  replay.isOver = true;
  const run = (firstSequence: number, lastSequence: number, isTaken: boolean) => {
    const own = { id: `${firstSequence}`, portalId: id, replay: 1, at: new Date(world.time.nowMs) };
    return { ...own, firstSequence, lastSequence, isTaken };
  };
  const told = () =>
    recordsOf(world.servers)
      .flatMap(({ attempts }) => attempts)
      .filter(({ replay: number }) => number === 1)
      .map(({ firstSequence, lastSequence, accepted, outcome }) => [firstSequence, lastSequence, accepted, outcome]);
  const pulled = [
    [2, 3, 2, 'accepted'],
    [7, 7, 0, 'portal_rejected'],
  ];
  replay.pulled = [run(2, 3, true), run(7, 7, false)];
  await pass(world, 3_000);
  assert.deepEqual([told(), replay.pulled], [pulled, []]);
  // An owner that dies before the store hears of it leaves it to the next one, which tells it again.
  replay.pulled = [run(9, 9, true)];
  owner.isAlive = false;
  world.start();
  await pass(world, 3_000);
  assert.deepEqual([told(), replay.pulled], [[...pulled, [9, 9, 1, 'accepted']], []]);
});

test('an event that is refused is passed over after a minute, and nothing waits for it', async () => {
  const { world, id, receiver, state, replay } = await aReplay([1, 2, 3], ({ receiver: its }) => {
    its.poison.add(2);
  });
  await pass(world, 30_000);
  world.produce(id, 1);
  await pass(world, 1_000);
  assert.deepEqual([receiver.last, state()?.failures, replay()?.isOver], [21, 0, false]);
  await pass(world, 60_000);
  assert.deepEqual(receiver.replayed.get(1), [1, 3]);
  assert.deepEqual([[...(replay()?.refused ?? [])], replay()?.isOver], [[2], true]);
  assert.deepEqual([state()?.parked, world.paused.size], [0, 0]);
});

test('a replay to a portal that is down is tried as seldom as the portal itself, and goes on where it stood', async () => {
  const { world, owner, id, receiver, replay } = await aReplay(all, ({ receiver: its }) => {
    its.poison.add(11);
  });
  await pass(world, 300);
  receiver.poison.clear();
  receiver.mood = 'down';
  const stood = replay()?.afterSequence ?? 0;
  assert.equal(stood, 10);
  await pass(world, 120_000);
  const tries = recordsOf(world.servers).flatMap(({ attempts }) =>
    attempts.filter(({ outcome }) => outcome !== 'accepted'),
  );
  assert.ok(tries.length >= 4 && tries.length <= 6, `${tries.length} tries in two minutes`);
  owner.isAlive = false;
  receiver.mood = 'well';
  world.start();
  await pass(world, 2_000);
  assert.deepEqual(receiver.replayed.get(1), all);
  assert.deepEqual([replay()?.sent, replay()?.isOver, receiver.repeats], [20, true, 0]);
  assert.equal(receiver.last, world.heads.get(id));
});

test('a store that does not answer holds up the replay alone', async () => {
  const { world, id, receiver, replay } = await aReplay(all);
  world.servers.lossRate = 1;
  await pass(world, 2_000);
  assert.equal(receiver.replayed.size, 0);
  world.servers.lossRate = 0;
  world.produce(id, 1);
  await pass(world, 3_000);
  assert.deepEqual([receiver.last, replay()?.isOver], [21, true]);
  assert.deepEqual(receiver.replayed.get(1), all);
});

test('a replay under a key that the portal does not know comes at once under another, and waits where there is none', async () => {
  const { world, receiver, replay } = await aReplay(all, ({ world: its }) => its.sealer.rotate());
  await pass(world, 1_000);
  assert.deepEqual([receiver.replayed.get(1), receiver.unknownAnswers], [all, 1]);
  receiver.kids.clear();
  askReplay(world.replays, 'portal0', [1, 2]);
  await pass(world, 60_000);
  assert.deepEqual([replay()?.isOver, receiver.replayed.get(2)], [true, undefined]);
  assert.ok(receiver.unknownAnswers <= 5, `${receiver.unknownAnswers} times in a minute`);
  receiver.kids.add('k0');
  await pass(world, 300_000);
  assert.deepEqual(receiver.replayed.get(2), [1, 2]);
});

test('what comes while a replay is read goes first', async () => {
  const { world, id, receiver, state } = await aReplay(all);
  for (let more = 1; more < 10; more += 1) askReplay(world.replays, id, all);
  let reads = 0;
  for (const replay of world.replays.get(id) ?? []) {
    replay.onRead = () => {
      reads += 1;
      if (reads % 2 === 0) world.produce(id, 1);
    };
  }
  await pass(world, 60_000);
  assert.ok(reads >= 20);
  assert.deepEqual(world.violations, []);
  assert.deepEqual([receiver.last, state()?.sequence], [world.heads.get(id), world.heads.get(id)]);
  assert.deepEqual(
    [...receiver.replayed.values()],
    Array.from({ length: 10 }, () => all),
  );
});

test('a live event waits for the one request of a replay that is under way, and for none after it', async () => {
  const { world, id, receiver, replay } = await aReplay(all, ({ receiver: its }) => {
    its.mood = 'hangs';
  });
  await pass(world, 1_500);
  receiver.mood = 'well';
  receiver.answersAfterMs = 300;
  world.produce(id, 1);
  await pass(world, 13_000);
  assert.equal(receiver.last, 20, 'the request is open for fifteen seconds');
  await pass(world, 1_000);
  assert.deepEqual([receiver.last, replay()?.sent], [21, 0]);
  await pass(world, 30_000);
  assert.deepEqual([receiver.replayed.get(1), replay()?.isOver], [all, true]);
});
