import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { jetstreamManager } from '@nats-io/jetstream';
import { connect, type Msg, type NatsConnection } from '@nats-io/transport-node';
import { type Servers, startServers } from '@trunkline/testkit';
import { machineClock } from './clock.ts';
import { createJetStreamLog } from './jetstream-log.ts';
import { patiently } from './patience.ts';
import type { LogPort, StoredMessage } from './ports.ts';

let servers: Servers;
let nats: NatsConnection;
let log: LogPort;

before(async () => {
  servers = await startServers({ nats: true, own: true });
  nats = await connect({ servers: servers.natsUrl, maxReconnectAttempts: -1, reconnectTimeWait: 50 });
  log = createJetStreamLog(nats);
});
after(async () => {
  await nats?.close();
  await servers?.stop();
});

async function stream(name: string): Promise<void> {
  const manager = await jetstreamManager(nats);
  await manager.streams.add({ name, subjects: [`${name}.>`] });
}

async function fill(subject: string, numbers: readonly number[], size = 0): Promise<void> {
  for (const number of numbers) await log.publish(subject, Buffer.from(String(number).padEnd(size)));
}

/** Reads until so many messages came. */
async function read(
  name: string,
  options: {
    subjects?: readonly string[];
    afterSequence?: number;
    count: number;
    each?: (m: StoredMessage) => unknown;
  },
): Promise<StoredMessage[]> {
  const end = new AbortController();
  const found: StoredMessage[] = [];
  const { subjects = [`${name}.a`], afterSequence = 0 } = options;
  for await (const message of log.feed({ stream: name, subjects, afterSequence, signal: end.signal })) {
    found.push(message);
    await options.each?.(message);
    if (found.length === options.count) end.abort();
  }
  return found;
}

const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => from + index);
const numbers = (messages: readonly StoredMessage[]) =>
  messages.map(({ data }) => Number(Buffer.from(data).toString()));

test('a feed brings every message of its subjects once, in order, from its position', async () => {
  await stream('ORDER');
  for (const number of range(1, 1_500)) await log.publish(`ORDER.${'abc'[number % 3]}`, Buffer.from(String(number)));
  const found = await read('ORDER', { subjects: ['ORDER.a', 'ORDER.b'], afterSequence: 30, count: 980 });
  assert.deepEqual(
    numbers(found),
    range(31, 1_500).filter((number) => number % 3 !== 2),
  );
  const same = await log.nextOf('ORDER', 'ORDER.>', 31);
  assert.equal(found[0]?.storedAtMs, same?.storedAtMs);
  const { state } = await (await jetstreamManager(nats)).streams.info('ORDER');
  assert.equal(state.consumer_count, 0, 'its consumer is gone with it');
});

test('a feed waits for what comes later', async () => {
  await stream('LATER');
  const reading = read('LATER', { count: 3 });
  await fill('LATER.a', [1, 2, 3]);
  assert.deepEqual(numbers(await reading), [1, 2, 3]);
});

test('messages larger than a pull arrive, and a slow reader holds few in memory', async () => {
  await stream('LARGE');
  await fill('LARGE.a', [1, 2], 3 * 1024 * 1024);
  await fill('LARGE.a', range(3, 40), 300 * 1024);
  await fill('LARGE.a', [41], 2 * 1024 * 1024);
  const slowly = () => new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual(numbers(await read('LARGE', { count: 41, each: slowly })), range(1, 41));
});

test('a feed goes on where it stood when its consumer is deleted and when the server is killed', async () => {
  await stream('BROKEN');
  await fill('BROKEN.a', [1, 2, 3]);
  const manager = await jetstreamManager(nats);
  const disturb = async ({ sequence }: StoredMessage) => {
    if (sequence === 3) {
      for await (const { name } of manager.consumers.list('BROKEN')) await manager.consumers.delete('BROKEN', name);
      await fill('BROKEN.a', [4, 5, 6]);
    } else if (sequence === 6) {
      await servers.kill('nats');
      await servers.restart('nats');
      await patiently(() => log.publish('BROKEN.a', Buffer.from('7'), { messageId: '7' }), {
        clock: machineClock,
        signal: AbortSignal.timeout(10_000),
      });
      await fill('BROKEN.a', [8]);
    }
  };
  assert.deepEqual(numbers(await read('BROKEN', { count: 8, each: disturb })), range(1, 8));
});

test('the last message of a stream that got lost on its way comes after a silence: the leader knows of it', async () => {
  await stream('TAIL');
  await fill('TAIL.a', [1, 2, 3]);
  let lost = 0;
  const lossy = losing(({ data }) => Buffer.from(data).toString() === '3' && ++lost === 1);
  const end = new AbortController();
  const found: StoredMessage[] = [];
  const feed = createJetStreamLog(lossy).feed({
    ...{ stream: 'TAIL', subjects: ['TAIL.a'], afterSequence: 0, signal: end.signal },
  });
  for await (const message of feed) if (found.push(message) === 3) end.abort();
  assert.deepEqual([numbers(found), lost], [[1, 2, 3], 2]);
});

/** The same connection, on whose way to us some messages get lost. */
function losing(isLost: (message: Msg) => boolean): NatsConnection {
  const subscribe: NatsConnection['subscribe'] = (subject, options) =>
    nats.subscribe(subject, {
      ...options,
      callback: (error, message) => {
        if (error !== null || !isLost(message)) options?.callback?.(error, message);
      },
    });
  return new Proxy(nats, {
    get: (target, name) => {
      if (name === 'subscribe') return subscribe;
      const value: unknown = Reflect.get(target, name);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}

test('a stream that ends before the position is an alarm', async () => {
  await stream('SHORT');
  await fill('SHORT.a', [1, 2, 3]);
  await assert.rejects(read('SHORT', { afterSequence: 4, count: 1 }), { name: 'LaneAlarm', alarm: 'stream_lost' });
});

test('a stream that was restored from an older copy and grew again is an alarm', async () => {
  await stream('OLDER');
  await fill('OLDER.a', [1, 2, 3]);
  const manager = await jetstreamManager(nats);
  const restore = async ({ sequence }: StoredMessage) => {
    if (sequence !== 3) return;
    await manager.streams.delete('OLDER');
    await stream('OLDER');
    await fill('OLDER.a', [1, 2, 33, 44]);
  };
  await assert.rejects(read('OLDER', { count: 4, each: restore }), { name: 'LaneAlarm', alarm: 'stream_lost' });
});
