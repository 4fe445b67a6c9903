import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  DeliveryRecord,
  Envelope,
  messageStreams,
  objectStores,
  objectStream,
  Position,
  SealedBatch,
  SendRecord,
  streams,
  subjects,
} from '@trunkline/contracts';
import { startServers, until } from '@trunkline/testkit';
import { openBodyStore } from '../files/body-store.ts';
import { provisionBus } from '../provision/provision-bus.ts';
import type { Cleared } from './clearing.ts';
import { connectBus } from './connect.ts';
import { runJanitor } from './janitor.ts';
import { createJetStreamLog } from './jetstream-log.ts';
import { openOverflowStore } from './overflow/overflow-store.ts';
import type { LogPort } from './ports.ts';
import { auditSink } from './readers.ts';
import { watchRoom } from './room.ts';

const connectors = ['telegram'];
const hourMs = 60 * 60 * 1_000;

async function aBus(busBytes = 1024 ** 3) {
  const servers = await startServers({ nats: true, own: true });
  const stop = new AbortController();
  const nats = await connectBus({ url: servers.natsUrl, service: 'janitor', instance: 'one', signal: stop.signal });
  await provisionBus(nats, { connectors, busBytes });
  const bus = createJetStreamLog(nats, { inboxPrefix: '_INBOX_janitor' });
  const cleared = new Map<string, Cleared>();
  const troubles: unknown[] = [];
  /** A janitor to whom everything that is there now is so many hours old. */
  const startJanitor = (ageHours: number) => {
    cleared.clear();
    const round = new AbortController();
    const done = runJanitor({
      nats,
      bus,
      connectors,
      signal: AbortSignal.any([stop.signal, round.signal]),
      now: () => Date.now() + ageHours * hourMs,
      crowdedEveryMs: 200,
      onCleared: (one) => void cleared.set(one.stream, one),
      onTrouble: (error) => void troubles.push(error),
    });
    return async () => {
      round.abort();
      await done;
    };
  };
  const oneRound = async (ageHours: number) => {
    const end = startJanitor(ageHours);
    await until(() => cleared.size === messageStreams(connectors).length);
    await end();
    assert.deepEqual(troubles, []);
    return cleared;
  };
  const close = async () => {
    stop.abort();
    await nats.close();
    await servers.stop();
  };
  return { nats, bus, signal: stop.signal, startJanitor, oneRound, [Symbol.asyncDispose]: close };
}

async function publish(bus: LogPort, subject: string, times: number): Promise<number> {
  let last = 0;
  for (let n = 0; n < times; n += 1) last = (await bus.publish(subject, Buffer.from(`${n}`))).sequence;
  return last;
}

async function sequencesOf(bus: LogPort, stream: string, filter: string): Promise<number[]> {
  const found: number[] = [];
  for (let next = await bus.nextOf(stream, filter, 1); next; next = await bus.nextOf(stream, filter, next.sequence + 1))
    found.push(next.sequence);
  return found;
}

function at(sequence: number): Position {
  return { sequence, index: 0, output: 0 };
}

function atBytes(sequence: number): Uint8Array {
  return Position.encode(at(sequence)).finish();
}

/** Everybody who reads FACTS of lane 0 says how far they are. */
async function factsRead(bus: LogPort, sequence: number): Promise<void> {
  await bus.publish(subjects.outboxPosition(0), atBytes(sequence));
  await bus.publish(subjects.egressPosition('telegram', 0), atBytes(sequence));
  await bus.publish(subjects.cursor('normalizer.timers', 0), atBytes(sequence));
  await bus.publish(subjects.cursor(auditSink(streams.facts), 0), atBytes(sequence));
}

test('what everybody has read is removed when it is old, but never the last message of a subject', async () => {
  await using bus = await aBus();
  await publish(bus.bus, subjects.facts(0, 'idle'), 2);
  await publish(bus.bus, subjects.facts(0, 'normalizer'), 5);
  await factsRead(bus.bus, 7);

  await bus.oneRound(71);
  assert.deepEqual(await sequencesOf(bus.bus, streams.facts, 'facts.>'), [1, 2, 3, 4, 5, 6, 7]);
  await bus.oneRound(73);
  assert.deepEqual(await sequencesOf(bus.bus, streams.facts, 'facts.>'), [2, 7]);
});

test('nothing is removed that one reader has not passed, and that reader is told', async () => {
  await using bus = await aBus();
  await publish(bus.bus, subjects.facts(0, 'normalizer'), 6);
  await publish(bus.bus, subjects.facts(1, 'normalizer'), 2);
  await factsRead(bus.bus, 6);
  await bus.bus.publish(subjects.outboxPosition(0), atBytes(4));

  const cleared = await bus.oneRound(100);

  // The sealer stands inside of message 4; nobody has read lane 1.
  assert.deepEqual(await sequencesOf(bus.bus, streams.facts, 'facts.>'), [4, 5, 6, 7, 8]);
  assert.deepEqual(cleared.get(streams.facts)?.heldBackBy, ['sealer on lane 0', 'normalizer.timers on lane 1']);
});

test('the position of a stage is what its last envelope says', async () => {
  await using bus = await aBus();
  await publish(bus.bus, subjects.ingress(0), 5);
  const envelope = Envelope.encode(Envelope.fromPartial({ to: at(4) })).finish();
  await bus.bus.publish(subjects.facts(0, 'normalizer'), envelope);
  await bus.bus.publish(subjects.cursor(auditSink(streams.ingress), 0), atBytes(5));
  await bus.oneRound(100);
  assert.deepEqual(await sequencesOf(bus.bus, streams.ingress, 'ingress.>'), [4, 5]);
});

test('queues are passed up to their low mark, and their records below the last full one', async () => {
  await using bus = await aBus();
  await publish(bus.bus, subjects.outbox(0, 'p1'), 4);
  await publish(bus.bus, subjects.outbox(0, 'p2'), 2);
  await publish(bus.bus, subjects.deliveries(0), 2);
  const full = await bus.bus.publish(subjects.deliveries(0), record({ isFull: true, lowSequence: 2 }));
  await bus.bus.publish(subjects.deliveries(0), record({ fullSequence: full.sequence, lowSequence: 3 }));
  for (const stream of [streams.outbox, streams.deliveries])
    await bus.bus.publish(subjects.cursor(auditSink(stream), 0), atBytes(100));

  await bus.oneRound(100);

  assert.deepEqual(await sequencesOf(bus.bus, streams.outbox, 'outbox.>'), [4, 5, 6]);
  assert.deepEqual(await sequencesOf(bus.bus, streams.deliveries, 'deliveries.>'), [3, 4]);
});

function record(partial: Partial<DeliveryRecord>): Uint8Array {
  return DeliveryRecord.encode(DeliveryRecord.fromPartial(partial)).finish();
}

test('orders to a messenger are removed behind its connector', async () => {
  await using bus = await aBus();
  await publish(bus.bus, subjects.egress('telegram', 0, 'c1'), 3);
  await publish(bus.bus, subjects.egressFiles('telegram', 0, 'c1'), 2);
  const low = SendRecord.encode(SendRecord.fromPartial({ isFull: true, lowSequence: 5 })).finish();
  await bus.bus.publish(subjects.sends('telegram', 0), low);
  await bus.bus.publish(subjects.cursor(auditSink('EGRESS_telegram'), 0), atBytes(5));
  await bus.oneRound(100);
  assert.deepEqual(await sequencesOf(bus.bus, 'EGRESS_telegram', 'egress.>'), [3, 5]);
});

test('a crowded stream loses what everybody has read after two hours already', async () => {
  await using bus = await aBus(4 * 1024 * 1024);
  const last = await fill(bus.bus, subjects.facts(0, 'normalizer'), 0.75 * 0.22 * 4 * 1024 * 1024);
  await factsRead(bus.bus, last);
  await bus.oneRound(1);
  assert.equal((await sequencesOf(bus.bus, streams.facts, 'facts.>')).length, last);
  await bus.oneRound(3);
  assert.deepEqual(await sequencesOf(bus.bus, streams.facts, 'facts.>'), [last]);
});

async function fill(bus: LogPort, subject: string, bytes: number): Promise<number> {
  let last = 0;
  for (let left = bytes; left > 0; left -= 32_768) last = (await bus.publish(subject, Buffer.alloc(32_768))).sequence;
  return last;
}

test('the doors close when a stream is nearly full, and open when there is room again', async () => {
  await using bus = await aBus(4 * 1024 * 1024);
  const { room } = watchRoom(bus.nats, bus.signal);
  const end = bus.startJanitor(0);
  const last = await fill(bus.bus, subjects.facts(0, 'normalizer'), 0.9 * 0.22 * 4 * 1024 * 1024);
  await until(() => !room.isOpen());
  await end();

  await factsRead(bus.bus, last);
  const endAgain = bus.startJanitor(3);
  await until(() => room.isOpen());
  await endAgain();
});

test('bodies of hook calls go when everybody has read their items and parked ones have gone', async () => {
  await using bus = await aBus();
  const bodies = openBodyStore(bus.nats, bus.bus);
  const key = await bodies.put(Buffer.alloc(200_000));
  const { sequence } = await bus.bus.publish(subjects.ingress(3), Buffer.from('its item'));
  await bus.bus.publish(subjects.cursor(auditSink(streams.ingress), 3), atBytes(sequence));
  await bus.oneRound(800);
  assert.notEqual(await bodies.get(key), undefined);

  const envelope = Envelope.encode(Envelope.fromPartial({ to: at(sequence + 1) })).finish();
  await bus.bus.publish(subjects.facts(3, 'normalizer'), envelope);
  await bus.oneRound(100);
  assert.notEqual(await bodies.get(key), undefined);
  await bus.oneRound(800);
  assert.equal(await bodies.get(key), undefined);
});

test('objects of portals go with the messages that refer to them, not before, and so do those that nothing refers to', async () => {
  await using bus = await aBus();
  const subject = subjects.outbox(2, 'p');
  const store = openOverflowStore(bus.nats, bus.bus);
  const objects = async () => {
    const info = await bus.nats.request(`$JS.API.STREAM.INFO.${objectStream(objectStores.overflow)}`);
    return info.json<{ state: { messages: number } }>().state.messages;
  };
  const sealed = (sequence: number) =>
    SealedBatch.encode(
      SealedBatch.fromPartial({ portalId: 'p', events: [{ sequence, cloudEvent: Buffer.alloc(9) }] }),
    ).finish();
  await store.put(subject, sealed(1));
  const { data, headers: own } = await store.put(subject, sealed(1));
  const { sequence } = await bus.bus.publish(subject, data, { headers: own });
  await bus.bus.publish(subjects.cursor(auditSink(streams.outbox), 2), atBytes(sequence));
  assert.equal(await objects(), 3, 'two halves of an object that was put twice, and what names it');

  await bus.oneRound(100);
  assert.equal(await objects(), 3, 'delivery has not passed it');
  const record = DeliveryRecord.fromPartial({ isFull: true, lowSequence: sequence });
  await bus.bus.publish(subjects.deliveries(2), DeliveryRecord.encode(record).finish());
  await bus.oneRound(72.5);
  assert.equal(await objects(), 3, 'an hour longer than the messages');
  await bus.oneRound(74);
  assert.equal(await objects(), 0);
  assert.ok(await bus.bus.lastOf(streams.outbox, subject), 'from it the head is read');
});
