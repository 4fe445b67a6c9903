import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { headers, OverflowReference, SealedBatch, streams, subjects } from '@trunkline/contracts';
import { TrunklineError } from '../../errors.ts';
import { type MemoryObjects, memoryObjects, type WorldCall } from '../models/memory-objects.ts';
import type { LogPort, StoredMessage } from '../ports.ts';
import { eventsOf } from '../queue/portal-batch.ts';
import { openingOverflow } from './opening-log.ts';
import { createOverflowStore } from './overflow-store.ts';

const subject = subjects.outbox(3, 'p');
const now: WorldCall = async (effect) => effect();

function aStore() {
  const objects: MemoryObjects = new Map();
  const read: number[] = [];
  const store = createOverflowStore({
    ...memoryObjects(objects, { put: now, ask: now }),
    read: async function* ({ key }) {
      // In parts, as a store gives them; so many that something else may be seen to be endless.
      const data = objects.get(key) ?? new Uint8Array();
      for (let at = 0; at < data.length; at += 1_000) {
        read.push(at);
        yield data.subarray(at, at + 1_000);
      }
    },
  });
  return { objects, read, store };
}

function batchOf(sequences: readonly number[], portalId = 'p'): Uint8Array {
  const events = sequences.map((sequence) => ({
    ...{ sequence, id: `event ${sequence}`, type: 'message', conversationId: 'c', at: new Date(sequence), kid: 'k' },
    ...{ cloudEvent: Buffer.alloc(1_000, sequence), chain: Buffer.alloc(32, sequence), traceparent: 't' },
  }));
  return SealedBatch.encode(SealedBatch.fromPartial({ portalId, tenantId: 't1', events })).finish();
}

/** What stands in the stream in the place of a message. */
async function referring(store: ReturnType<typeof createOverflowStore>, sequence: number, data: Uint8Array) {
  const put = await store.put(subject, data);
  const own: Readonly<Record<string, string>> = put.headers;
  return { sequence, subject, data: put.data, storedAtMs: 1, header: (name: string) => own[name] };
}

test('what stands in the stream is small, and names, numbers and chains are in it', async () => {
  const { store } = aStore();
  const { data, header } = await referring(store, 7, batchOf([1, 2, 3]));
  assert.ok(data.length < 600, `${data.length} bytes`);
  assert.equal(header(headers.overflow), String(batchOf([1, 2, 3]).length));
  const { portalId, tenantId, events } = SealedBatch.decode(data);
  assert.deepEqual([portalId, tenantId, events.length], ['p', 't1', 3]);
  const { sequence, id, conversationId, at, chain, traceparent, cloudEvent } = events[2] ?? assert.fail();
  assert.deepEqual([sequence, id, conversationId, at?.getTime(), traceparent], [3, 'event 3', 'c', 3, 't']);
  assert.deepEqual(
    [...chain],
    Array.from({ length: 32 }, () => 3),
  );
  assert.equal(cloudEvent.length, 0);
});

test('a message comes back as it was sealed, in its place, and then refers to nothing', async () => {
  const { store } = aStore();
  const whole = await store.open(await referring(store, 7, batchOf([1, 2, 3])));
  assert.deepEqual(Buffer.from(whole?.data ?? []), Buffer.from(batchOf([1, 2, 3])));
  assert.deepEqual([whole?.sequence, whole?.header(headers.overflow)], [7, undefined]);
  assert.deepEqual(
    eventsOf(whole ?? assert.fail(), 0).map(({ outboxSequence, event }) => [outboxSequence, event.sequence]),
    [
      [7, 1],
      [7, 2],
      [7, 3],
    ],
  );
});

test('two owners that seal the same events do not overwrite what the other refers to', async () => {
  const { store, objects } = aStore();
  const one = await referring(store, 7, batchOf([1]));
  const other = SealedBatch.decode(batchOf([1]));
  other.events[0]?.cloudEvent.fill(9);
  await store.put(subject, SealedBatch.encode(other).finish());
  assert.equal(objects.size, 2);
  assert.deepEqual(Buffer.from((await store.open(one))?.data ?? []), Buffer.from(batchOf([1])));
});

test('an object that is missing, cut, altered, longer or of another message is none', async () => {
  const { store, objects, read } = aStore();
  const message = await referring(store, 7, batchOf([1, 2]));
  const [key = '', whole = new Uint8Array()] = [...objects][0] ?? [];
  const altered = Buffer.from(whole);
  altered[1_500] = (altered[1_500] ?? 0) ^ 1;
  for (const bytes of [undefined, whole.subarray(1), altered, new Uint8Array()]) {
    if (bytes === undefined) objects.delete(key);
    else objects.set(key, bytes);
    assert.equal(await store.open(message), undefined);
  }
  objects.set(key, whole);
  assert.notEqual(await store.open(message), undefined);
  // The store says the right size and gives more: it is not read to its end.
  const lying = createOverflowStore({
    ...memoryObjects(objects, { put: now, ask: now }),
    read: async function* () {
      for (let part = 0; part < 1_000; part += 1) {
        read.push(part);
        yield new Uint8Array(1_000);
      }
    },
  });
  read.length = 0;
  assert.equal(await lying.open(message), undefined);
  assert.ok(read.length < 10, `${read.length} parts were read`);
});

test('an object of another portal, or of other events, is never taken for the message', async () => {
  const { store, objects } = aStore();
  for (const other of [batchOf([1, 2], 'q'), batchOf([2, 3]), batchOf([1])]) {
    const key = `foreign ${objects.size}`;
    objects.set(key, other);
    const sha256 = createHash('sha256').update(other).digest();
    const overflow = OverflowReference.fromPartial({ objectKey: key, sizeBytes: other.length, sha256 });
    const data = SealedBatch.encode({ ...SealedBatch.decode(batchOf([1, 2])), overflow }).finish();
    const message: StoredMessage = { sequence: 1, subject, data, storedAtMs: 1, header: () => '1' };
    assert.equal(await store.open(message), undefined);
  }
});

test('what would not be read back is not put', async () => {
  const { store, objects } = aStore();
  const events = [{ sequence: 1, cloudEvent: Buffer.alloc(2 * 1024 ** 2) }];
  const data = SealedBatch.encode(SealedBatch.fromPartial({ portalId: 'p', events })).finish();
  await assert.rejects(store.put(subject, data), { code: 'too_large' });
  assert.equal(objects.size, 0);
});

test('a store that does not answer is no damage: whoever reads tries again', async () => {
  const { store } = aStore();
  const message = await referring(store, 7, batchOf([1]));
  const away = () => Promise.reject(new TrunklineError('unavailable', 'no answer'));
  const silent = createOverflowStore(memoryObjects(new Map(), { put: away, ask: away }));
  await assert.rejects(silent.open(message), { code: 'unavailable' });
});

test('the log opens what it reads, as much as the limit lets, ends at what cannot be opened, and leaves everything else alone', async () => {
  const { store, objects } = aStore();
  const plain: StoredMessage = { sequence: 1, subject, data: batchOf([1]), storedAtMs: 1, header: () => undefined };
  const messages = [plain];
  for (const sequence of [2, 3, 4, 5]) messages.push(await referring(store, sequence, batchOf([sequence])));
  const damaged: number[] = [];
  const asked: string[] = [];
  const raw: Pick<LogPort, 'batchOf' | 'nextOf'> = {
    batchOf: async (stream, _subject, from) => {
      asked.push(stream);
      return messages.filter(({ sequence }) => sequence >= from);
    },
    nextOf: async (_stream, _subject, from) => messages.find(({ sequence }) => sequence >= from),
  };
  const log = openingOverflow(raw as LogPort, store, ({ sequence }) => void damaged.push(sequence));
  const sequencesOf = async (from: number, bytes: number) => {
    const found = await log.batchOf(streams.outbox, subject, from, { messages: 100, bytes });
    return found.flatMap((message) => eventsOf(message, 0)).map(({ event }) => event.sequence);
  };
  assert.deepEqual(await sequencesOf(1, 1_000_000), [1, 2, 3, 4, 5]);
  assert.deepEqual(await sequencesOf(1, 2_500), [1, 2]);
  assert.deepEqual(await sequencesOf(2, 1), [2], 'always one');
  assert.equal((await log.nextOf(streams.outbox, subject, 2))?.header(headers.overflow), undefined);
  assert.deepEqual(await log.batchOf('OTHER', subject, 2, { messages: 9, bytes: 9 }), messages.slice(1), 'not opened');

  objects.delete([...objects.keys()][1] ?? '');
  const found = await log.batchOf(streams.outbox, subject, 1, { messages: 100, bytes: 1_000_000 });
  assert.deepEqual([found.map(({ sequence }) => sequence), damaged], [[1, 2, 3], [3]]);
  assert.throws(() => found.flatMap((message) => eventsOf(message, 0)), /events 3 to 3 cannot be read back whole/);
  assert.deepEqual((await log.nextOf(streams.outbox, subject, 3))?.data, messages[2]?.data);
});
