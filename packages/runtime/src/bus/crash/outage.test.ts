import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { jetstreamManager, type StreamConfig } from '@nats-io/jetstream';
import { Envelope, Position, streams, subjects } from '@trunkline/contracts';
import { machineClock } from '../clock.ts';
import { runJanitor } from '../janitor.ts';
import { patiently } from '../patience.ts';
import { auditSink } from '../readers.ts';
import { type Bench, startBench, untilTrue, type Worker } from './bench.ts';
import { expectedOf, judge, type MessagesOf, saidIn, toldIn } from './judge.ts';
import { sequencedOf } from './numbering-log.ts';

let bench: Bench;

before(async () => {
  bench = await startBench({ natsSync: 'always' });
});
after(async () => {
  await bench?.[Symbol.asyncDispose]();
});

/** Longer than any single question to the server may take. */
const noticeMs = 5_000;
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
  const waits = () => count(workers.stage, 'waiting') + count(workers.keyed, 'waiting') > 0;
  // Only who is caught at work notices: a quick machine may have done everything before.
  for (let times = 0; times < 20 && !waits(); times += 1) {
    await bench.tell(lane);
    await bench.servers.freeze('nats');
    const telling = bench.tell(lane);
    const noticedBy = performance.now() + noticeMs;
    while (!waits() && performance.now() < noticedBy) await sleep(25);
    await bench.servers.thaw('nats');
    await telling;
  }
  assert.ok(waits(), 'somebody waits');
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

test('everything off for four days: what was read is cleared away, what was not is waiting, and the lane goes on where it stood', async () => {
  const lane = ++lanes;
  const workers = await startBoth(lane);
  for (let times = 0; times < 5; times += 1) await bench.tell(lane);
  await bench.untilSaid(lane);
  await bench.untilWritten(lane);
  await untilTrue('the keyed log stored its position', async () => {
    const of = await bench.messages(lane);
    const stored = of(streams.outbox).findLast(({ subject }) => subject === subjects.outboxPosition(lane));
    return stored !== undefined && Position.decode(stored.data).sequence === of(streams.facts).at(-1)?.sequence;
  });
  for (const { process } of [workers.stage, workers.keyed]) process.kill('SIGKILL');
  await bench.tell(lane);
  await bench.servers.kill('nats');
  await bench.servers.kill('mongo');
  await bench.servers.restart('mongo');
  await bench.servers.restart('nats');

  const waiting = { clock: machineClock, signal: AbortSignal.timeout(60_000) };
  const before = await patiently(() => bench.messages(lane), waiting);
  await clearAfterFourDays(lane, before);
  const left = await bench.messages(lane);
  for (const stream of [streams.ingress, streams.facts])
    assert.ok(left(stream).length < before(stream).length, `${stream} was cleared`);
  await using _stage = bench.start({ role: 'stage', lane });
  await using _keyed = bench.start({ role: 'keyed', lane });
  await bench.tell(lane);
  let all = before;
  await untilTrue('everything was said and written', async () => {
    all = joined(before, await bench.messages(lane));
    const written = all(streams.outbox).filter(({ subject }) => subject.startsWith('outbox'));
    const said = saidIn(all, lane).length;
    return said >= expectedOf(toldIn(all, lane)).length && written.flatMap(sequencedOf).length >= said;
  });
  judge(all, lane);
});

/** The product's janitor, to whom everything is four days old, after those readers of the lane that are not here said how far they are. */
async function clearAfterFourDays(lane: number, of: MessagesOf): Promise<void> {
  const { log, nats } = bench;
  const last = Envelope.decode(of(streams.facts).at(-1)?.data ?? Buffer.alloc(0));
  await log.publish(subjects.facts(lane, 'normalizer'), Envelope.encode({ ...last, items: [] }).finish());
  const read = (stream: string) => Position.encode({ sequence: of(stream).at(-1)?.sequence ?? 0, index: 0, output: 0 });
  for (const stream of [streams.ingress, streams.facts])
    await log.publish(subjects.cursor(auditSink(stream), lane), read(stream).finish());
  await log.publish(subjects.cursor('normalizer.timers', lane), read(streams.facts).finish());
  const end = new AbortController();
  const cleared = new Set<string>();
  const fourDaysMs = 96 * 60 * 60 * 1_000;
  const janitor = runJanitor({
    ...{ nats, bus: log, connectors: [], signal: end.signal },
    now: () => Date.now() + fourDaysMs,
    onCleared: ({ stream }) => void cleared.add(stream),
  });
  await untilTrue('the streams were cleared', () => cleared.has(streams.ingress) && cleared.has(streams.facts));
  end.abort();
  await janitor;
}

/** What was there before something was cleared away, and what is there now. */
function joined(before: MessagesOf, now: MessagesOf): MessagesOf {
  return (stream) => {
    const all = new Map([...before(stream), ...now(stream)].map((message) => [message.sequence, message]));
    return [...all.values()].toSorted((a, b) => a.sequence - b.sequence);
  };
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
