import assert from 'node:assert/strict';
import { test } from 'node:test';
import { streams, subjects } from '@trunkline/contracts';
import { countingStage, type Told } from './crash/counting-stage.ts';
import { numberingLog } from './crash/numbering-log.ts';
import { runKeyedLog } from './keyed-log.ts';
import { createMemoryLog, createMemoryStreams } from './models/memory-log.ts';
import { createMemoryDatabase, createMemoryStore } from './models/memory-store.ts';
import { createTurns } from './models/turns.ts';
import { runStage } from './stage.ts';

const lane = 0;
const ingress = subjects.ingress(lane);
const facts = subjects.facts(lane, 'count');

/** A stage and a keyed log without faults, over streams and a database that a test may spoil. */
function aWorld() {
  const turns = createTurns([]);
  const actor = { name: 'one', alive: true };
  const shared = createMemoryStreams(
    { [streams.ingress]: ['ingress'], [streams.facts]: ['facts'], [streams.outbox]: ['outbox', 'outpos'] },
    () => 0,
  );
  const database = createMemoryDatabase();
  const log = createMemoryLog(shared, turns, actor);
  const clock = turns.clockOf(actor);
  return {
    shared,
    tell: (...ids: readonly string[]) => {
      for (const id of ids) {
        shared.append(ingress, Buffer.from(JSON.stringify([{ conversation: 'x', id } satisfies Told])));
      }
    },
    /** Runs one of both until nothing is left to do, twice: `spoil` in between, while it runs. */
    run: async (which: 'stage' | 'keyed', spoil = () => {}) => {
      const end = new AbortController();
      const own = { log, clock, lease: { lane, owner: 'one', signal: end.signal, confirmedAgoMs: () => 0 } };
      const running =
        which === 'stage'
          ? runStage(countingStage('count'), { ...own, store: createMemoryStore(database, turns, actor) })
          : runKeyedLog(numberingLog('number'), own);
      const outcome = running.then(
        () => 'ended',
        (error: unknown) => error,
      );
      await turns.rest();
      spoil();
      await turns.rest();
      end.abort();
      await turns.rest();
      return await outcome;
    },
  };
}

const lost = { name: 'LaneAlarm', alarm: 'stream_lost' };
const forked = { name: 'LaneAlarm', alarm: 'forked' };

function assertAlarm(outcome: unknown, expected: typeof lost): void {
  assert.ok(outcome instanceof Error, `it ended with ${String(outcome)}`);
  assert.partialDeepStrictEqual({ name: outcome.name, alarm: Reflect.get(outcome, 'alarm') }, expected);
}

test('a stage whose facts are gone stops with an alarm', async () => {
  const { tell, run, shared } = aWorld();
  tell('a', 'b', 'c');
  assert.equal(await run('stage'), 'ended');
  shared.of(streams.facts).length = 0;
  tell('d');
  assertAlarm(await run('stage'), lost);
});

test('a stage that finds a foreign envelope in place of its own stops with an alarm', async () => {
  const { tell, run, shared } = aWorld();
  tell('a');
  assert.equal(await run('stage'), 'ended');
  const [own] = shared.of(streams.facts).splice(0);
  shared.append(facts, Buffer.from('something else'));
  assert.ok(own);
  assertAlarm(await run('stage'), forked);
});

test('a stage that had nothing to say and finds an envelope after its own stops with an alarm', async () => {
  const { tell, run, shared } = aWorld();
  tell('a');
  await run('stage');
  tell('a');
  assert.equal(await run('stage'), 'ended', 'a repeat says nothing');
  shared.append(facts, Buffer.from('something else'));
  assertAlarm(await run('stage'), forked);
});

test('a stage and a keyed log whose input ends before their position stop with an alarm', async () => {
  const { tell, run, shared } = aWorld();
  tell('a', 'b');
  await run('stage');
  assert.equal(await run('keyed'), 'ended');
  shared.of(streams.ingress).length = 1;
  assertAlarm(await run('stage'), lost);
  shared.of(streams.facts).length = 0;
  assertAlarm(await run('keyed'), lost);
});

test('a keyed log whose own messages vanish while it runs stops with an alarm', async () => {
  const { tell, run, shared } = aWorld();
  tell('a');
  await run('stage');
  tell('b');
  const spoil = () => {
    shared.of(streams.outbox).length = 0;
    const [first] = shared.of(streams.facts);
    assert.ok(first);
    shared.append(facts, first.data);
  };
  const outcome = await run('keyed', spoil);
  assertAlarm(outcome, lost);
  assert.match(String(outcome), /outbox\.0\.x/, 'before anything is numbered again');
});
