import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { jetstreamManager, type StreamConfig } from '@nats-io/jetstream';
import { streams } from '@trunkline/contracts';
import { type Bench, startBench, untilTrue, type Worker } from './bench.ts';
import { judge, saidIn } from './judge.ts';

let bench: Bench;

before(async () => {
  bench = await startBench({ natsSync: 'always' });
});
after(async () => {
  await bench?.[Symbol.asyncDispose]();
});

let lanes = 0;

const count = ({ lines }: Worker, event: string) => lines.filter((line) => line.event === event).length;
const failure = ({ lines }: Worker) => lines.find(({ event }) => event === 'failed')?.detail ?? '';

async function startBoth(lane: number): Promise<{ stage: Worker; keyed: Worker } & AsyncDisposable> {
  const stage = bench.start({ role: 'stage', lane });
  const keyed = bench.start({ role: 'keyed', lane });
  await bench.tell(lane);
  await bench.untilSaid(lane);
  await bench.untilWritten(lane);
  return {
    stage,
    keyed,
    [Symbol.asyncDispose]: async () => {
      await Promise.all([stage, keyed].map((worker) => worker[Symbol.asyncDispose]()));
    },
  };
}

async function judgeInTheEnd(lane: number): Promise<void> {
  await bench.tell(lane);
  await bench.untilSaid(lane);
  judge(await bench.untilWritten(lane), lane);
}

test('a lane waits while MongoDB is away and goes on when it is back', async () => {
  const lane = ++lanes;
  await using workers = await startBoth(lane);
  await bench.servers.kill('mongo');
  await bench.tell(lane);
  await untilTrue('the stage waits', () => count(workers.stage, 'waiting') > 1);
  await bench.tell(lane);
  await bench.servers.restart('mongo');
  await judgeInTheEnd(lane);
  assert.ok(!workers.stage.hasExited() && !workers.keyed.hasExited());
});

test('lanes wait while NATS is away and go on when it is back', async () => {
  const lane = ++lanes;
  await using workers = await startBoth(lane);
  for (let times = 0; times < 3; times += 1) {
    const telling = Promise.all(Array.from({ length: 5 }, () => bench.tell(lane)));
    await bench.servers.kill('nats');
    await bench.servers.restart('nats');
    await telling;
  }
  await judgeInTheEnd(lane);
  assert.ok(!workers.stage.hasExited() && !workers.keyed.hasExited());
});

test('a server that says nothing for a while costs time and nothing else', async () => {
  const lane = ++lanes;
  await using workers = await startBoth(lane);
  await bench.tell(lane);
  await bench.servers.freeze('nats');
  const telling = bench.tell(lane);
  const waits = () => count(workers.stage, 'waiting') + count(workers.keyed, 'waiting') > 0;
  await untilTrue('somebody waits', waits);
  await bench.servers.thaw('nats');
  await telling;
  await judgeInTheEnd(lane);
});

test('a full stream makes its stage wait, and nothing is lost', async () => {
  const lane = ++lanes;
  await using workers = await startBoth(lane);
  const config = await limitFacts(1);
  await bench.tell(lane);
  await untilTrue('the stage waits', () => count(workers.stage, 'waiting') > 1);
  await bench.tell(lane);
  await limitFacts(config.max_bytes);
  await judgeInTheEnd(lane);
  assert.ok(!workers.stage.hasExited());
});

/** Sets the size of FACTS; returns how it was. */
async function limitFacts(maxBytes: number): Promise<StreamConfig> {
  const manager = await jetstreamManager(bench.nats);
  const { config, state } = await manager.streams.info(streams.facts);
  await manager.streams.update(streams.facts, { max_bytes: Math.max(maxBytes, state.bytes) });
  return config;
}

test('a stream that was restored from an older copy stops its lanes with an alarm', async () => {
  const lane = ++lanes;
  const workers = await startBoth(lane);
  await bench.tell(lane);
  await bench.untilSaid(lane);
  await bench.untilWritten(lane);
  const saved = await bench.messages(lane);
  assert.ok(saidIn(saved, lane).length > 0);
  for (const { process } of [workers.stage, workers.keyed]) process.kill('SIGTERM');
  await Promise.all([workers.stage.exited, workers.keyed.exited]);
  const manager = await jetstreamManager(bench.nats);
  const { config } = await manager.streams.info(streams.facts);
  await manager.streams.delete(streams.facts);
  await manager.streams.add(config);
  await using stage = bench.start({ role: 'stage', lane });
  await using keyed = bench.start({ role: 'keyed', lane });
  await Promise.all([stage.exited, keyed.exited]);
  assert.match(failure(stage), /stream_lost/);
  assert.match(failure(keyed), /stream_lost/);
});
