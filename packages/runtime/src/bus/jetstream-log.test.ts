import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { DiscardPolicy, jetstreamManager } from '@nats-io/jetstream';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { type Servers, startServers } from '@trunkline/testkit';
import { readBatch } from './direct-batch.ts';
import { createJetStreamLog } from './jetstream-log.ts';
import type { LogPort, StoredMessage } from './ports.ts';
import { WrongLastSequence } from './ports.ts';

let servers: Servers;
let nats: NatsConnection;
let log: LogPort;
const bytes = (text: string) => Buffer.from(text);
const text = (message: StoredMessage | undefined) => message && Buffer.from(message.data).toString();

before(async () => {
  servers = await startServers({ nats: true, own: true });
  nats = await connect({ servers: servers.natsUrl });
  log = createJetStreamLog(nats);
});
after(async () => {
  await nats?.close();
  await servers?.stop();
});

async function stream(name: string, limits: object = {}): Promise<void> {
  const manager = await jetstreamManager(nats);
  await manager.streams.add({
    name,
    subjects: [`${name}.>`],
    allow_direct: true,
    discard: DiscardPolicy.New,
    ...limits,
  });
}

test('a publish is stored only where the subject ends as expected', async () => {
  await stream('EXPECT');
  const first = await log.publish('EXPECT.a', bytes('1'), { expectLastSubjectSequence: 0 });
  await log.publish('EXPECT.b', bytes('other'));
  await assert.rejects(log.publish('EXPECT.a', bytes('2'), { expectLastSubjectSequence: 0 }), WrongLastSequence);
  const second = await log.publish('EXPECT.a', bytes('2'), { expectLastSubjectSequence: first.sequence });
  assert.equal(second.sequence, 3);
  assert.equal(text(await log.lastOf('EXPECT', 'EXPECT.a')), '2');
});

test('a repeated message id is answered with the sequence of the original', async () => {
  await stream('REPEAT');
  const first = await log.publish('REPEAT.a', bytes('1'), { messageId: 'one' });
  const again = await log.publish('REPEAT.a', bytes('1'), { messageId: 'one' });
  assert.deepEqual([first.isDuplicate, again.isDuplicate, again.sequence], [false, true, first.sequence]);
});

test('a full stream and a missing stream are unavailable', async () => {
  await stream('FULL', { max_msgs: 1 });
  await log.publish('FULL.a', bytes('1'));
  await assert.rejects(log.publish('FULL.a', bytes('2')), { code: 'unavailable', certain: true });
  await assert.rejects(log.publish('ABSENT.a', bytes('1')), { code: 'unavailable' });
  await assert.rejects(log.lastSequence('ABSENT'), { code: 'unavailable' });
});

test('the leader tells the last and the next message of a subject, with headers and time', async () => {
  await stream('LEADER');
  await log.publish('LEADER.a', bytes('1'), { headers: { 'Trunkline-Position': '7.1' } });
  await log.publish('LEADER.b', bytes('2'));
  await log.publish('LEADER.a', bytes('3'));
  const first = await log.nextOf('LEADER', 'LEADER.a', 0);
  assert.equal(text(first), '1');
  assert.equal(first?.header('Trunkline-Position'), '7.1');
  assert.equal(first?.header('Absent'), undefined);
  assert.ok(Math.abs((first?.storedAtMs ?? 0) - Date.now()) < 60_000);
  assert.equal(text(await log.nextOf('LEADER', 'LEADER.a', 2)), '3');
  assert.equal(await log.nextOf('LEADER', 'LEADER.a', 4), undefined);
  assert.equal(await log.lastOf('LEADER', 'LEADER.c'), undefined);
  assert.equal(text(await log.lastOf('LEADER', 'LEADER.*')), '3');
  assert.equal(await log.lastSequence('LEADER'), 3);
});

test('a batch ends at its limits, and at nothing', async () => {
  await stream('BATCH');
  for (let number = 1; number <= 10; number += 1) {
    await log.publish(`BATCH.${number % 2 ? 'odd' : 'even'}`, bytes(String(number)), {
      headers: { N: String(number) },
    });
  }
  const read = async (from: number, messages: number, size = 1_000_000) =>
    (await log.batchOf('BATCH', 'BATCH.odd', from, { messages, bytes: size })).map(text);
  assert.deepEqual(await read(0, 3), ['1', '3', '5']);
  assert.deepEqual(await read(4, 100), ['5', '7', '9']);
  assert.deepEqual(await read(10, 100), []);
  assert.deepEqual(await read(1, 100, 1), ['1'], 'a message larger than the limit comes alone');
  const [message] = await log.batchOf('BATCH', 'BATCH.odd', 2, { messages: 1, bytes: 1_000 });
  const same = await log.nextOf('BATCH', 'BATCH.odd', 2);
  assert.deepEqual(
    [message?.sequence, message?.subject, message?.storedAtMs, message?.header('N')],
    [3, 'BATCH.odd', same?.storedAtMs, '3'],
  );
});

test('a batch says that it is the end only where nothing of its subject follows', async () => {
  await stream('END');
  for (const subject of ['END.a', 'END.a', 'END.a', 'END.b']) await log.publish(subject, bytes(subject));
  const isEnd = async (fromSequence: number, messages: number) => {
    const limit = { messages, bytes: 1_000_000 };
    return (await readBatch(nats, { stream: 'END', subject: 'END.a', fromSequence, limit, timeoutMs: 2_000 })).isEnd;
  };
  assert.deepEqual(
    [await isEnd(1, 2), await isEnd(2, 2), await isEnd(1, 10), await isEnd(4, 10)],
    [false, true, true, true],
  );
});
