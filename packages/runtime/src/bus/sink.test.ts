import assert from 'node:assert/strict';
import { test } from 'node:test';
import { streams, subjects } from '@trunkline/contracts';
import { startServers, until } from '@trunkline/testkit';
import { TrunklineError } from '../errors.ts';
import { provisionBus } from '../provision/provision-bus.ts';
import { connectBus } from './connect.ts';
import { openCursor } from './cursor.ts';
import { createJetStreamLog } from './jetstream-log.ts';
import type { LogPort, StoredMessage } from './ports.ts';
import { runSink, type SinkOptions } from './sink.ts';

async function aBus() {
  const servers = await startServers({ nats: true, own: true });
  const signal = new AbortController().signal;
  const nats = await connectBus({ url: servers.natsUrl, service: 'audit', instance: 'one', signal });
  await provisionBus(nats, { connectors: [] });
  const bus = createJetStreamLog(nats, { inboxPrefix: '_INBOX_audit' });
  const close = async () => {
    await nats.close();
    await servers.stop();
  };
  return { servers, bus, [Symbol.asyncDispose]: close };
}

const subject = subjects.facts(0, 'normalizer');

async function publish(bus: LogPort, ...texts: readonly string[]): Promise<void> {
  for (const text of texts) await bus.publish(subject, Buffer.from(text));
}

/** A sink that keeps what it took. */
function aSink(bus: LogPort, handle: (text: string) => void | Promise<void>, more: Partial<SinkOptions> = {}) {
  const stop = new AbortController();
  const taken: string[] = [];
  const batches: number[] = [];
  const done = runSink({
    bus,
    name: 'audit.facts',
    lane: 0,
    stream: streams.facts,
    subjects: [subjects.allFacts(0)],
    signal: stop.signal,
    handle: async (batch) => {
      const texts = batch.map(textOf);
      for (const text of texts) await handle(text);
      taken.push(...texts);
      batches.push(batch.length);
    },
    ...more,
  });
  const close = async () => {
    stop.abort();
    await done;
  };
  return { taken, batches, close, [Symbol.asyncDispose]: close };
}

function textOf({ data }: StoredMessage): string {
  return Buffer.from(data).toString();
}

test('a sink takes everything in order and goes on where it stopped', async () => {
  await using bus = await aBus();
  await publish(bus.bus, 'a', 'b', 'c');
  const first = aSink(bus.bus, () => {});
  await until(() => first.taken.length === 3);
  await first.close();
  assert.equal((await openCursor(bus.bus, 'audit.facts', 0)).sequence, 3);

  await publish(bus.bus, 'd', 'e');
  await using second = aSink(bus.bus, () => {});
  await until(() => second.taken.length === 2);
  assert.deepEqual([...first.taken, ...second.taken], ['a', 'b', 'c', 'd', 'e']);
});

test('messages come in batches of a bounded size', async () => {
  await using bus = await aBus();
  await publish(bus.bus, ...Array.from({ length: 25 }, (_, n) => `${n}`));
  await using sink = aSink(bus.bus, () => {}, { limits: { items: 10 } });
  await until(() => sink.taken.length === 25);
  assert.ok(sink.batches.every((size) => size <= 10));
  assert.deepEqual(
    sink.taken,
    Array.from({ length: 25 }, (_, n) => `${n}`),
  );
});

test('what fails is tried again until it is taken, and nothing later passes it', async () => {
  await using bus = await aBus();
  await publish(bus.bus, 'a', 'b', 'c');
  let failures = 0;
  const troubles: unknown[] = [];
  const fail = (text: string) => {
    if (text === 'b' && failures < 2) {
      failures += 1;
      throw new TrunklineError('unavailable', 'Kafka is down');
    }
  };
  const onTrouble = (error: unknown) => void troubles.push(error);
  await using sink = aSink(bus.bus, fail, { onTrouble, limits: { items: 1 } });
  await until(() => sink.taken.length === 3);
  assert.deepEqual(sink.taken, ['a', 'b', 'c']);
  assert.equal(troubles.length, 2);
});

test('a message that can never be taken is parked alone, and the others are taken', async () => {
  await using bus = await aBus();
  await publish(bus.bus, 'a', 'poison', 'c');
  const parked: string[] = [];
  const fail = (text: string) => {
    if (text === 'poison') throw new TrunklineError('malformed', 'not a fact');
  };
  await using sink = aSink(bus.bus, fail, { park: async (message) => void parked.push(textOf(message)) });
  await until(() => sink.taken.length === 2);
  assert.deepEqual([sink.taken, parked], [['a', 'c'], ['poison']]);
});

test('what was handled but not stored as a position comes again', async () => {
  await using bus = await aBus();
  await publish(bus.bus, 'a', 'b');
  // A handler that never resolves is how a process looks that dies in it.
  const seen: string[] = [];
  const stop = new AbortController();
  const never = new Promise<void>((resolve) => stop.signal.addEventListener('abort', () => resolve()));
  const dead = aSink(bus.bus, (text) => {
    seen.push(text);
    return text === 'b' ? never : undefined;
  });
  await until(() => seen.length === 2);
  await using other = aSink(bus.bus, () => {});
  await until(() => other.taken.length === 2);
  assert.deepEqual(other.taken, ['a', 'b']);
  stop.abort();
  await dead.close();
});

test('a stored position never goes back, whoever stores it', async () => {
  await using bus = await aBus();
  const [old, young] = [await openCursor(bus.bus, 'audit.facts', 0), await openCursor(bus.bus, 'audit.facts', 0)];
  young.advance(10);
  await young.save();
  old.advance(5);
  await old.save();
  assert.equal((await openCursor(bus.bus, 'audit.facts', 0)).sequence, 10);
});

test('while the bus is away a sink waits, and then takes the rest', async () => {
  await using bus = await aBus();
  await publish(bus.bus, 'a');
  await using sink = aSink(bus.bus, () => {});
  await until(() => sink.taken.length === 1);
  await bus.servers.kill('nats');
  await bus.servers.restart('nats');
  await until(() =>
    publish(bus.bus, 'b').then(
      () => true,
      () => false,
    ),
  );
  await until(() => sink.taken.length === 2);
  assert.deepEqual(sink.taken, ['a', 'b']);
});
