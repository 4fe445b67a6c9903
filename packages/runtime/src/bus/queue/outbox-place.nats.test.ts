import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { headers, SealedBatch, streams, subjects } from '@trunkline/contracts';
import { startServers } from '@trunkline/testkit';
import { provisionBus } from '../../provision/provision-bus.ts';
import { connectBus } from '../connect.ts';
import { createJetStreamLog } from '../jetstream-log.ts';
import type { LogPort } from '../ports.ts';
import { outboxPlaceOf } from './outbox-place.ts';

const started = new AsyncDisposableStack();
let log: LogPort;
let purge: (subject: string, beforeSequence: number) => Promise<void>;

before(async () => {
  const servers = started.use(await startServers({ nats: true }));
  const signal = new AbortController().signal;
  const nats = await connectBus({ url: servers.natsUrl, service: 'delivery', instance: 'test', signal });
  started.defer(() => nats.close());
  await provisionBus(nats, { connectors: [] });
  log = createJetStreamLog(nats);
  purge = async (subject, beforeSequence) => {
    const body = JSON.stringify({ filter: subject, seq: beforeSequence });
    await nats.request(`$JS.API.STREAM.PURGE.${streams.outbox}`, body);
  };
});

after(() => started.disposeAsync());

/** Seals batches of these sizes one after another; gives the stream sequence of each. */
async function seal(portalId: string, sizes: readonly number[], first = 1): Promise<number[]> {
  const places: number[] = [];
  let sequence = first - 1;
  for (const size of sizes) {
    const events = Array.from({ length: size }, (_, index) => ({ sequence: sequence + index + 1 }));
    sequence += size;
    const data = SealedBatch.encode(SealedBatch.fromPartial({ portalId, events })).finish();
    const ack = await log.publish(subjects.outbox(3, portalId), data, {
      headers: { [headers.sequence]: String(sequence) },
    });
    places.push(ack.sequence);
  }
  return places;
}

test('every event is found in the message and at the index where it lies, whatever lies between', async () => {
  const sizes = [3, 1, 100, 7, 1, 1, 20];
  const places: number[] = [];
  let made = 0;
  for (const size of sizes) {
    await seal('other', [2]);
    places.push(...(await seal('searched', [size], made + 1)));
    made += size;
  }
  let sequence = 0;
  for (const [message, size] of sizes.entries()) {
    for (let index = 0; index < size; index += 1) {
      sequence += 1;
      const place = await outboxPlaceOf(log, subjects.outbox(3, 'searched'), sequence);
      assert.ok(place.kind === 'found', `${sequence} is ${place.kind}`);
      assert.deepEqual([place.outboxSequence, place.index], [places[message], index]);
      assert.equal(place.batch.events[index]?.sequence, sequence);
    }
  }
});

test('the leader is asked once, where the stream ends; everything else any server answers', async () => {
  await seal('counted', [5, 5, 5]);
  let toLeader = 0;
  const counting: LogPort = {
    ...log,
    nextOf: (...wanted) => {
      toLeader += 1;
      return log.nextOf(...wanted);
    },
  };
  assert.equal((await outboxPlaceOf(counting, subjects.outbox(3, 'counted'), 7)).kind, 'found');
  assert.equal(toLeader, 0, 'a message comes whole, however few bytes are asked for');
});

test('an event that was not given yet is ahead, and of a portal without events everything is', async () => {
  await seal('short', [2, 3]);
  assert.deepEqual(await outboxPlaceOf(log, subjects.outbox(3, 'short'), 6), { kind: 'ahead', headSequence: 5 });
  assert.deepEqual(await outboxPlaceOf(log, subjects.outbox(3, 'nobody'), 1), { kind: 'ahead', headSequence: 0 });
});

test('of what was purged the oldest that is left is told', async () => {
  const subject = subjects.outbox(3, 'purged');
  const places = await seal('purged', [4, 4, 4]);
  await purge(subject, places[1] ?? 0);
  assert.deepEqual(await outboxPlaceOf(log, subject, 4), { kind: 'purged', oldestSequence: 5 });
  assert.equal((await outboxPlaceOf(log, subject, 5)).kind, 'found');
});
