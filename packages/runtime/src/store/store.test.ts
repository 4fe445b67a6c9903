import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type Servers, startServers } from '@trunkline/testkit';
import { z } from 'zod';
import { createLogger } from '../log.ts';
import { readPageToken, writePageToken } from './page-token.ts';
import { connectStore, type Store } from './store.ts';

let servers: Servers;
let store: Store;
const log = createLogger({ service: 'test', instance: 'test', level: 'silent' });
const signal = new AbortController().signal;

before(async () => {
  servers = await startServers({ mongo: true });
  store = await connectStore({ url: servers.mongoUrl, database: 'store_test', appName: 'test', log, signal });
});
after(async () => {
  await store?.close();
  await servers?.stop();
});

test('a transaction is stored whole or not at all', async () => {
  const things = store.collection<{ _id: string; bytes?: Uint8Array }>('things');
  await store.withTransaction(async (session) => {
    await things.insertOne({ _id: 'a', bytes: Buffer.from([1, 2]) }, { session });
    await things.insertOne({ _id: 'b' }, { session });
  });
  assert.deepEqual((await things.findOne({ _id: 'a' }))?.bytes, Buffer.from([1, 2]));
  const failing = store.withTransaction(async (session) => {
    await things.insertOne({ _id: 'c' }, { session });
    throw new Error('changed my mind');
  });
  await assert.rejects(failing, /changed my mind/);
  assert.equal(await things.findOne({ _id: 'c' }), null);
});

test('a transaction that meets a conflict runs again and counts both', async () => {
  const counters = store.collection<{ _id: string; n: number }>('counters');
  await counters.insertOne({ _id: 'x', n: 0 });
  const add = () =>
    store.withTransaction(async (session) => {
      const found = await counters.findOne({ _id: 'x' }, { session });
      await counters.updateOne({ _id: 'x' }, { $set: { n: (found?.n ?? 0) + 1 } }, { session });
    });
  await Promise.all([add(), add(), add(), add()]);
  assert.equal((await counters.findOne({ _id: 'x' }))?.n, 4);
});

test('a transaction that is blocked ends at its limit and says that nothing was stored', async () => {
  const locks = store.collection<{ _id: string; by: string }>('locks');
  await locks.insertOne({ _id: 'l', by: 'nobody' });
  const blocker = store.client.startSession();
  blocker.startTransaction();
  await locks.updateOne({ _id: 'l' }, { $set: { by: 'blocker' } }, { session: blocker });
  let retries = 0;
  const blocked = store.withTransaction(
    (session) => locks.updateOne({ _id: 'l' }, { $set: { by: 'me' } }, { session }),
    { limitMs: 200, onRetry: () => (retries += 1) },
  );
  await assert.rejects(blocked, { code: 'unavailable', certain: true });
  assert.ok(retries > 0);
  await blocker.abortTransaction();
  await blocker.endSession();
});

test('a server that is not there is waited for no longer than wanted', async () => {
  const url = 'mongodb://127.0.0.1:1/';
  const absent = connectStore({
    url,
    database: 'x',
    appName: 'test',
    log,
    signal: AbortSignal.abort(),
    startTimeoutMs: 1,
  });
  await assert.rejects(absent, { code: 'unavailable' });
});

test('a page token is read back, and anything else is refused by the name of its field', () => {
  const schema = z.strictObject({ id: z.string() });
  assert.deepEqual(readPageToken(writePageToken({ id: 'a' }), schema), { id: 'a' });
  assert.equal(readPageToken('', schema), undefined);
  for (const bad of ['rubbish', writePageToken({ id: 7 }), writePageToken({ id: 'a', more: 1 }), 'x'.repeat(2_000)]) {
    assert.throws(() => readPageToken(bad, schema), { code: 'invalid_argument', publicMessage: /page_token/ });
  }
});
