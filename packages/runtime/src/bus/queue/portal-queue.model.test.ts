import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import type { PortalCursor } from '@trunkline/contracts';
import fc from 'fast-check';
import { anyPortal, clean, disturb, switchOver } from './model/disturbances.ts';
import { consumerNames, createPullers, type Pullers } from './model/puller.ts';
import { areOver } from './model/replays.ts';
import { createWorld, retentionMs, type World } from './model/world.ts';
import { cursorsOf, headTotalsOf, recordsOf } from './model/world-log.ts';

/** How rough the run is. */
interface Weather {
  readonly seed: number;
  readonly portals: number;
  readonly steps: number;
  /** Part of the steps in which something goes wrong. */
  readonly trouble: number;
  readonly lossRate: number;
  readonly poison: number;
  /** Part of the steps in which a portal gets events. */
  readonly traffic: number;
  /** Part of the steps in which a consumer does something; 0: everything is pushed. */
  readonly pulls: number;
  /** Part of what goes wrong that is about keys. */
  readonly keys: number;
  /** Most requests a minute to each portal; 0: any number. */
  readonly perMinute: number;
  /** True: portals get each batch once. */
  readonly isOnce: boolean;
  /** Part of the messages that lie in the object store. */
  readonly overflow: number;
  /** How many strands portals begin with. */
  readonly strands: number;
  /** Part of the steps in which a portal is to have another number of strands. */
  readonly changes: number;
  /** How far the wall clocks of some instances are off; 0: all are right. */
  readonly clocksOffMs: number;
}

const weather = fc.record<Weather>({
  seed: fc.integer({ min: 0 }),
  portals: fc.integer({ min: 1, max: 6 }),
  steps: fc.integer({ min: 20, max: 2_500 }),
  trouble: fc.constantFrom(0, 0.01, 0.03, 0.1),
  lossRate: fc.constantFrom(0, 0.05),
  poison: fc.constantFrom(0, 0, 0.02),
  traffic: fc.constantFrom(0.01, 0.03, 0.1),
  pulls: fc.constantFrom(0, 0.05, 0.2),
  keys: fc.constantFrom(0, 0, 0.3),
  perMinute: fc.constantFrom(0, 0, 300),
  isOnce: fc.constantFrom(false, false, true),
  overflow: fc.constantFrom(0, 0, 0.3, 1),
  strands: fc.constantFrom(1, 1, 2, 4),
  changes: fc.constantFrom(0, 0, 0.005, 0.03),
  clocksOffMs: fc.constantFrom(0, 0, 30_000, 300_000),
});

/**
 * The longest run that was seen took 244 turns an event: five owners at once, strands, and all events overflow. Whoever waits because a
 * former owner's clock was ahead looks four times a second whether there is something to record, and consumers ask each time; that such
 * a wait has an end, however far the clock was ahead, portal-clocks.test.ts says.
 */
const mostTurns = { aRun: 60_000, anEvent: 500 };
const runs = Number(process.env.MODEL_RUNS ?? 150);
/** The same cases again: of the guards' list, and of whoever looks into a failure. */
const seed = process.env.MODEL_SEED;

test('whatever breaks, every portal gets everything in order, or is told what it did not get', async () => {
  const seen = {
    races: 0,
    repeats: 0,
    events: 0,
    kept: 0,
    owners: 0,
    pulls: 0,
    pullRefusals: 0,
    unknownKeys: 0,
    resealed: 0,
    withheld: 0,
    skipped: 0,
    replayed: 0,
    overflowed: 0,
    inStrands: 0,
    changed: 0,
  };
  await fc.assert(
    fc.asyncProperty(weather, async (given) => {
      const world = createWorld(given.seed, {
        ...{ portals: given.portals, lostHistory: 0.2, requestsPerMinute: given.perMinute, isOnce: given.isOnce },
        ...{ strands: given.strands, clocksOffMs: given.clocksOffMs },
      });
      const pullers = createPullers(world, retentionMs);
      await storm(world, pullers, given);
      await calm(world, pullers);
      const ends = [...world.portals.values()];
      seen.races += world.races;
      seen.repeats += ends.reduce((sum, portal) => sum + portal.repeats, 0);
      seen.events += ends.reduce((sum, portal) => sum + portal.taken.size, 0);
      seen.kept += [...world.kept.values()].reduce((sum, kept) => sum + kept.size, 0);
      seen.owners += world.owners.length;
      seen.pulls += pullers.taken;
      seen.pullRefusals += pullers.refused;
      seen.unknownKeys += ends.reduce((sum, portal) => sum + portal.unknownAnswers, 0);
      seen.resealed += world.sealer.resealed;
      seen.skipped += [...cursorsOf(world.servers).values()].reduce((sum, { skipped }) => sum + skipped, 0);
      seen.withheld += world.sealer.withheld;
      seen.overflowed += world.servers.objects.size;
      const records = recordsOf(world.servers).flatMap(({ cursors }) => cursors);
      seen.inStrands += records.filter(({ strands }) => strands.length > 0).length;
      seen.changed += new Set(records.map(({ portalId, after }) => `${portalId} ${after}`)).size;
      seen.replayed += [...world.replays.values()].flat().reduce((sum, { sent }) => sum + sent, 0);
      judge(world);
      // A combined signal that is listened to lives until it aborts: those of the killed ones would fill the memory.
      for (const owner of world.owners) owner.lease.abort();
    }),
    { numRuns: runs, endOnFailure: true, ...(seed === undefined ? {} : { seed: Number(seed) }) },
  );
  if (process.env.MODEL_RUNS !== undefined) console.log(seen);
  // Otherwise the model would prove nothing about them.
  for (const [what, count] of Object.entries(seen)) assert.ok(count > 0, what);
  assert.ok(seen.owners > runs && seen.changed > runs);
});

async function storm(world: World, pullers: Pullers, weather: Weather): Promise<void> {
  const { steps, trouble, lossRate, poison, traffic, pulls, keys, overflow, changes } = weather;
  const { chance } = world;
  world.servers.lossRate = lossRate;
  world.servers.overflowRate = overflow;
  // The moment at which a portal goes live is the one in which messages were lost before.
  world.servers.onEmpty = (portalId) => chance.happens(0.3) && world.produce(portalId, 1);
  world.start();
  for (let step = 0; step < steps; step += 1) {
    if (chance.happens(traffic)) {
      const id = anyPortal(world);
      const count = 1 + chance.below(chance.happens(0.05) ? 40 : 4);
      if (chance.happens(poison)) world.portals.get(id)?.poison.add((world.heads.get(id) ?? 0) + 1);
      world.produce(id, count);
    }
    if (chance.happens(trouble)) disturb(world, keys);
    if (chance.happens(0.01)) clean(world);
    if (chance.happens(pulls)) pullers.turn(anyPortal(world), chance.pick(consumerNames) ?? 'x');
    // Push to pull, pull to push, one consumer to another.
    if (chance.happens(changes)) world.strands.set(anyPortal(world), chance.pick([1, 1, 2, 3, 4]) ?? 1);
    if (pulls > 0 && chance.happens(trouble / 2 + 0.002)) switchOver(world);
    await proceed(world);
  }
}

/** One thing happens: something arrives, or time goes on to the next timer. */
async function proceed(world: World): Promise<void> {
  if (world.chance.happens(0.05) || !world.network.deliver()) world.time.advance();
  await turn();
}

/** All is well again: runs until every portal has everything, or nobody can still be waiting for a retry. */
async function calm(world: World, pullers: Pullers): Promise<void> {
  world.servers.lossRate = 0;
  world.servers.onEmpty = () => {};
  world.paused.clear();
  for (const portal of world.portals.values()) {
    portal.mood = 'well';
    for (const kid of world.sealer.kids) portal.kids.add(kid);
  }
  for (const owner of world.owners) Object.assign(owner, { leaseAgeMs: 0, clockOffMs: 0 });
  const untilMs = world.time.nowMs + 3_600_000;
  const step = boundedTurns([...world.heads.values()].reduce((sum, head) => sum + head, 0));
  while (world.time.nowMs < untilMs && !(isDone(world) && areOver(world.replays))) {
    // Replays are pushed: of a portal that is pulled from they wait for the day on which it is not any more.
    if (isDone(world)) world.wanted.clear();
    // Parking three in a row pauses a portal: a person looks and lets it go on.
    world.paused.clear();
    // Two that took over at once may both have left it to the other.
    if (!world.owners.some((owner) => owner.isAlive && !owner.hasEnded && !owner.lease.signal.aborted)) world.start(0);
    // Nothing is under way and nobody waits: it stands still, and the judge says what is missing.
    if (!world.network.deliver()) {
      for (const [id, name] of world.wanted) pullers.turn(id, name);
      if (!world.time.advance()) break;
    }
    await step();
  }
  const lastMs = world.time.nowMs + 1_000;
  while (world.network.deliver() || world.time.advance(lastMs)) await step();
  for (const owner of world.owners) owner.isAlive = false;
}

/** What asks again and again without letting time pass would never end: a model that does not come to rest is red. */
function boundedTurns(events: number): () => Promise<void> {
  const most = mostTurns.aRun + mostTurns.anEvent * events;
  let turns = 0;
  return async () => {
    turns += 1;
    assert.ok(turns < most, 'the model does not come to rest');
    await turn();
  };
}

function isDone(world: World): boolean {
  if (![...world.portals].every(([id, portal]) => portal.last === world.heads.get(id))) return false;
  const cursors = cursorsOf(world.servers);
  return [...world.heads].every(([id, head]) => {
    const cursor = cursors.get(id);
    return head === 0 || (cursor?.sequence === head && noticesOf(cursor).length === 0);
  });
}

function noticesOf({ notices, strands }: PortalCursor): readonly unknown[] {
  return [...notices, ...strands.flatMap((strand) => strand.notices)];
}

function judge(world: World): void {
  const violations = [
    ...world.violations,
    ...world.sealer.violations,
    ...[...world.portals.values()].flatMap((portal) => portal.violations),
  ];
  assert.deepEqual(violations, []);
  const cursors = cursorsOf(world.servers);
  for (const [id, portal] of world.portals) {
    const head = world.heads.get(id) ?? 0;
    const kept = world.kept.get(id) ?? new Set();
    assert.equal(portal.last, head, `${id} has everything`);
    for (let sequence = 1; sequence <= head; sequence += 1) {
      assert.ok(portal.taken.has(sequence) || kept.has(sequence), `${id}: ${sequence} was taken or kept`);
    }
    for (const { number, sequences, refused, sent, isOver } of world.replays.get(id) ?? []) {
      const came = portal.replayed.get(number) ?? [];
      assert.ok(isOver, `${id}: replay ${number} is over`);
      assert.deepEqual(
        sequences.filter((sequence) => !refused.has(sequence)),
        came.filter((sequence) => !refused.has(sequence)),
        `${id}: replay ${number} brought all that was asked for, in order`,
      );
      assert.equal(sent + refused.size, sequences.length, `${id}: replay ${number} is counted`);
    }
    if (head === 0) continue;
    const cursor = cursors.get(id);
    assert.equal(cursor?.sequence, head, `${id}: head = delivered`);
    assert.ok(cursor !== undefined && noticesOf(cursor).length === 0, `${id} was told`);
    assert.deepEqual(cursor.doneTotals, headTotalsOf(world.servers, id), `${id} holds nothing`);
    const givenUp = (cursor?.expired ?? 0) + (cursor?.parked ?? 0) + (cursor?.withheld ?? 0) + (cursor?.skipped ?? 0);
    assert.ok(givenUp <= kept.size, `${id}: what was given up is kept`);
  }
}
