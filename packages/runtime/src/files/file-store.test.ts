import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { Objm } from '@nats-io/obj';
import { startServers } from '@trunkline/testkit';
import { connectBus } from '../bus/connect.ts';
import { createJetStreamLog } from '../bus/jetstream-log.ts';
import { provisionBus } from '../provision/provision-bus.ts';
import { openBodyStore } from './body-store.ts';
import { openFileStore } from './file-store.ts';

async function aStore() {
  const servers = await startServers({ nats: true, own: true });
  const signal = new AbortController().signal;
  const nats = await connectBus({ url: servers.natsUrl, service: 'test', instance: 'one', signal });
  await provisionBus(nats, { connectors: [] });
  const bus = createJetStreamLog(nats, { inboxPrefix: '_INBOX_test' });
  const close = async () => {
    await nats.close();
    await servers.stop();
  };
  return { nats, bus, files: openFileStore(nats, bus), [Symbol.asyncDispose]: close };
}

async function* inParts(bytes: Uint8Array, partBytes: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += partBytes) yield bytes.subarray(at, at + partBytes);
}

async function wholeOf(stream: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for await (const part of stream) parts.push(part);
  return Buffer.concat(parts);
}

const limit = { maxBytes: 10 * 1024 * 1024 };

test('a file comes back as it was, hashed and typed by its content', async () => {
  await using store = await aStore();
  const jpeg = Buffer.concat([Buffer.from('ffd8ffe000104a464946', 'hex'), randomBytes(1_000_000)]);

  const put = await store.files.put(inParts(jpeg, 70_001), {
    ...limit,
    key: 'one',
    mimeType: 'text/html',
    name: '/tmp/../cat.jpg',
  });

  const sha256 = createHash('sha256').update(jpeg).digest('hex');
  assert.deepEqual(put, { key: 'one', sizeBytes: jpeg.length, sha256, mimeType: 'image/jpeg', name: 'cat.jpg' });
  const opened = await store.files.open('one');
  assert.deepEqual(opened?.file, put);
  assert.ok(opened && jpeg.equals(await wholeOf(opened.stream)));
});

test('any client of the object store reads it, and its files are read by us', async () => {
  await using store = await aStore();
  const bytes = randomBytes(300_000);
  const theirs = await new Objm(store.nats).open('files');
  await store.files.put(inParts(bytes, 1_000), { ...limit, key: 'ours/one' });
  assert.ok(bytes.equals((await theirs.getBlob('ours/one')) ?? Buffer.alloc(0)));

  await theirs.putBlob({ name: 'theirs' }, bytes);
  const opened = await store.files.open('theirs');
  assert.ok(opened && bytes.equals(await wholeOf(opened.stream)));
});

test('a file that is larger than allowed is refused while it comes, and is not there', async () => {
  await using store = await aStore();
  let taken = 0;
  const endless = async function* () {
    for (;;) {
      taken += 1;
      yield Buffer.alloc(100_000);
    }
  };
  await assert.rejects(store.files.put(endless(), { maxBytes: 1_000_000, key: 'big' }), { code: 'too_large' });
  assert.equal(await store.files.has('big'), false);
  assert.ok(taken < 20);
});

test('a key that is taken keeps its file, and the new one is not even read', async () => {
  await using store = await aStore();
  const first = await store.files.put(inParts(Buffer.from('first'), 5), {
    ...limit,
    key: 'one',
    mimeType: 'text/plain',
  });
  const unread = async function* (): AsyncGenerator<Uint8Array> {
    yield await Promise.reject(new Error('it was read'));
  };
  assert.deepEqual(await store.files.put(unread(), { ...limit, key: 'one' }), first);
});

test('an empty file is a file, and a removed one is gone with its bytes', async () => {
  await using store = await aStore();
  const empty = await store.files.put(inParts(Buffer.alloc(0), 1), limit);
  assert.equal(empty.sizeBytes, 0);
  assert.equal(empty.mimeType, 'application/octet-stream');
  assert.equal((await wholeOf((await store.files.open(empty.key))?.stream ?? inParts(Buffer.from('x'), 1))).length, 0);

  await store.files.put(inParts(randomBytes(500_000), 100_000), { ...limit, key: 'one' });
  await store.files.remove('one');
  await store.files.remove('one');
  assert.equal(await store.files.open('one'), undefined);
  const { size } = await (await new Objm(store.nats).open('files')).status();
  assert.ok(size < 10_000, `${size} bytes are left`);
});

test('bytes that were damaged are not passed off as the file', async () => {
  await using store = await aStore();
  await store.files.put(inParts(randomBytes(10_000), 1_000), { ...limit, key: 'one' });
  const opened = await store.files.open('one');
  assert.ok(opened);
  const object = await (await new Objm(store.nats).open('files')).info('one');
  await store.nats.request('$JS.API.STREAM.PURGE.OBJ_files', JSON.stringify({ filter: `$O.files.C.${object?.nuid}` }));
  await store.nats.request(`$O.files.C.${object?.nuid}`, randomBytes(10_000));
  await assert.rejects(wholeOf(opened.stream), /the object one is damaged/);
});

test('a body is stored once within the hour and comes back', async () => {
  await using store = await aStore();
  let now = Date.parse('2026-01-02T03:04:05Z');
  const bodies = openBodyStore(store.nats, store.bus, () => now);
  const body = randomBytes(3_000_000);
  const key = await bodies.put(body);
  assert.match(key, /^2026-01-02T03\/[0-9a-f]{64}$/);
  assert.equal(await bodies.put(body), key);
  now += 3_600_000;
  assert.notEqual(await bodies.put(body), key);
  assert.ok(body.equals((await bodies.get(key)) ?? Buffer.alloc(0)));
  assert.equal(await bodies.get('2026-01-02T03/none'), undefined);
});
