import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { jetstreamManager } from '@nats-io/jetstream';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { streams, subjects } from '@trunkline/contracts';
import { type Servers, startServers } from '@trunkline/testkit';
import { MongoClient } from 'mongodb';
import { counting, countingStage, manyOutputs, type Numbered, numberedOf, type Told } from './crash/counting-stage.ts';
import { createJetStreamLog } from './jetstream-log.ts';
import type { LaneEvents } from './lane-events.ts';
import type { LogPort } from './ports.ts';
import { runStage } from './stage.ts';
import type { StageStore } from './stage-store.ts';
import { createMongoStageStore } from './stage-store-mongo.ts';

let servers: Servers;
let nats: NatsConnection;
let mongo: MongoClient;
let log: LogPort;

before(async () => {
  servers = await startServers({ nats: true, mongo: true, own: true });
  nats = await connect({ servers: servers.natsUrl, maxReconnectAttempts: -1, reconnectTimeWait: 50 });
  mongo = await new MongoClient(servers.mongoUrl).connect();
  log = createJetStreamLog(nats);
  const manager = await jetstreamManager(nats);
  await manager.streams.add({ name: streams.ingress, subjects: ['ingress.>'] });
  await manager.streams.add({ name: streams.facts, subjects: ['facts.>'], allow_direct: true });
});
after(async () => {
  await nats?.close();
  await mongo?.close();
  await servers?.stop();
});

let lanes = 0;

interface Lane {
  readonly lane: number;
  tell(...told: Told[]): Promise<void>;
  /** Runs the stage until it said so many facts more. */
  run(facts: number, events?: LaneEvents, over?: (store: StageStore) => StageStore): Promise<Numbered[]>;
  /** Runs it until the signal. */
  runUntil(signal: AbortSignal, events: LaneEvents, over: (store: StageStore) => StageStore): Promise<void>;
}

function newLane(): Lane {
  const lane = ++lanes;
  const subject = subjects.facts(lane, 'count');
  const store = createMongoStageStore({ client: mongo, db: mongo.db('stage_test'), collection: counting.stages });
  let read = 0;
  return {
    lane,
    tell: async (...told) => {
      // The lanes share their collections.
      const own = told.map((each) => ({
        ...each,
        id: `${lane}:${each.id}`,
        conversation: `${lane}:${each.conversation}`,
      }));
      await log.publish(subjects.ingress(lane), Buffer.from(JSON.stringify(own)));
    },
    runUntil: async (signal, events, over) => {
      const lease = { lane, owner: 'test', signal, confirmedAgoMs: () => 0 };
      await runStage(countingStage('count'), { log, store: over(store), lease, events });
    },
    run: async (facts, events = {}, over = (plain) => plain) => {
      const end = new AbortController();
      const lease = { lane, owner: 'test', signal: end.signal, confirmedAgoMs: () => 0 };
      const running = runStage(countingStage('count'), { log, store: over(store), lease, events });
      const found: Numbered[] = [];
      const reading = async () => {
        for await (const message of log.feed({
          stream: streams.facts,
          subjects: [subject],
          afterSequence: read,
          signal: AbortSignal.any([end.signal, AbortSignal.timeout(20_000)]),
        })) {
          read = message.sequence;
          found.push(...numberedOf(message.data));
          if (found.length >= facts) return;
        }
      };
      try {
        await Promise.race([reading(), running]);
      } finally {
        end.abort();
      }
      await running;
      return found;
    },
  };
}

const told = (conversation: string, id: string, trick?: Told['trick']): Told => ({
  conversation,
  id,
  ...(trick ? { trick } : {}),
});
const brief = (facts: readonly Numbered[]) => facts.map(({ id, number }) => `${id.split(':')[1]}=${number}`);

test('a stage says every fact once and in order, over several lives', async () => {
  const lane = newLane();
  await lane.tell(told('x', 'a'), told('y', 'b'), told('x', 'a'), told('x', 'c'));
  assert.deepEqual(brief(await lane.run(3)), ['a=1', 'b=1', 'c=2']);
  await lane.tell(told('x', 'c'), told('y', 'd'));
  assert.deepEqual(brief(await lane.run(1)), ['d=2']);
});

test('outputs of one item that exceed an envelope come in several, and are decided once', async () => {
  const lane = newLane();
  await lane.tell(told('x', 'a'), told('x', 'b', 'many'), told('x', 'c'));
  const facts = await lane.run(manyOutputs + 2);
  assert.deepEqual(
    facts.map(({ number }) => number),
    Array.from({ length: manyOutputs + 2 }, (_, index) => index + 1),
  );
  const left = await mongo
    .db('stage_test')
    .collection(counting.stages)
    .countDocuments({ _id: /#/ as never });
  assert.equal(left, 0);
});

test('an item that cannot be decided is parked alone and the lane goes on', async () => {
  const lane = newLane();
  const parked: unknown[] = [];
  await lane.tell(told('x', 'a'), told('x', 'bad', 'throw'), told('x', 'c'));
  const facts = await lane.run(3, { parked: ({ position }) => parked.push(position.index) });
  assert.deepEqual(brief(facts), ['a=1', 'bad=0', 'c=2']);
  assert.deepEqual(parked, [1]);
});

test('a lane with too many items that cannot be decided stops, also after a restart', async () => {
  const lane = newLane();
  await lane.tell(...Array.from({ length: 7 }, (_, index) => told('x', `bad ${index}`, 'throw')));
  await assert.rejects(lane.run(7), { name: 'LaneAlarm', alarm: 'poisoned' });
  await assert.rejects(lane.run(7), { name: 'LaneAlarm', alarm: 'poisoned' });
  assert.equal(await mongo.db('stage_test').collection(counting.parked).countDocuments(), 6);
});

/** A server that never answers a commit of more writes than this, and stores none of them. */
function answeringFew(store: StageStore, most: number): StageStore {
  return {
    claim: async (id, owner) => {
      const claim = await store.claim(id, owner);
      return {
        ...claim,
        commit: async (decide) => {
          let isTooMuch = false;
          const outcome = await claim.commit(async (reader) => {
            const change = await decide(reader);
            isTooMuch = (change?.writes.length ?? 0) > most;
            return isTooMuch ? undefined : change;
          });
          return isTooMuch ? { unknown: new Error('the commit is too much') } : outcome;
        },
        [Symbol.asyncDispose]: () => claim[Symbol.asyncDispose](),
      };
    },
  };
}

test('what cannot be committed together is committed alone, and why it could not is told', async () => {
  const lane = newLane();
  const waited: string[] = [];
  await lane.tell(...Array.from({ length: 12 }, (_, index) => told('x', `m${index}`)));
  const events: LaneEvents = { waiting: ({ error }) => waited.push(String(error)) };
  const facts = await lane.run(12, events, (store) => answeringFew(store, 4));
  assert.deepEqual(
    brief(facts),
    Array.from({ length: 12 }, (_, index) => `m${index}=${index + 1}`),
  );
  assert.deepEqual(new Set(waited), new Set(['Error: the commit is too much']));
  assert.ok(waited.length >= 5);
});

test('an item that is alone and still cannot be committed is told of once a minute, and nothing passes it', async () => {
  const lane = newLane();
  const stuck: number[] = [];
  await lane.tell(told('x', 'a'), told('x', 'b'));
  const end = new AbortController();
  const events: LaneEvents = {
    stuck: ({ failures }) => {
      stuck.push(failures);
      end.abort();
    },
  };
  await lane.runUntil(end.signal, events, (store) => answeringFew(store, 0));
  assert.equal(stuck.length, 1);
  assert.ok((stuck[0] ?? 0) > 5);
  assert.deepEqual(brief(await lane.run(2)), ['a=1', 'b=2']);
});
