import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type Servers, startServers } from '@trunkline/testkit';
import { MongoClient } from 'mongodb';
import { start } from './position.ts';
import type { StageClaim, StageRecord, StageTransaction } from './stage-store.ts';
import { createMongoStageStore } from './stage-store-mongo.ts';

const collection = 'records';
const things = 'things';
const user = {
  name: 'stage',
  password: 'secret',
  privileges: [
    ...[collection, things].map((name) => ({
      resource: { db: 'stages', collection: name },
      actions: ['find', 'insert', 'update', 'remove', 'createCollection'],
    })),
  ],
};

let servers: Servers;
const clients: MongoClient[] = [];

before(async () => {
  servers = await startServers({ mongo: true, own: true, mongoUsers: [user] });
});
after(async () => {
  await Promise.all(clients.map((client) => client.close(true)));
  await servers?.stop();
});

/** A store as another process has it, with the rights of a service. */
async function aStore() {
  const client = await new MongoClient(servers.mongoUrlOf('stage')).connect();
  clients.push(client);
  return createMongoStageStore({ client, db: client.db('stages'), collection });
}

const at = (sequence: number) => ({ sequence, index: 0, output: 0 });

/** Moves a record on and writes a thing with it. */
async function move(claim: StageClaim, record: StageRecord, sequence: number, thing: string) {
  const next = { ...record, from: record.to, to: at(sequence), out: Buffer.from(thing) };
  return await claim.transaction(async (transaction) => {
    if (!(await transaction.replace({ epoch: record.epoch, to: record.to }, next))) return false;
    await transaction.apply([{ collection: things, insert: { _id: thing } }]);
    return true;
  });
}

test('a claim raises the epoch and reads what the former owner stored', async () => {
  const first = await (await aStore()).claim('epoch', 'one');
  assert.deepEqual([first.record.epoch, first.record.to], [1, start]);
  assert.equal(await move(first, first.record, 7, 'epoch'), 'committed');
  const second = await (await aStore()).claim('epoch', 'two');
  assert.deepEqual([second.record.epoch, second.record.to], [2, at(7)]);
  assert.deepEqual(second.record.out, Buffer.from('epoch'));
});

test('a lower epoch matches nothing, and nothing is stored', async () => {
  const first = await (await aStore()).claim('fence', 'one');
  const second = await (await aStore()).claim('fence', 'two');
  assert.equal(await move(first, first.record, 7, 'fence'), 'aborted');
  assert.equal(await move(second, second.record, 7, 'fence'), 'committed');
});

test('a record that moved on matches nothing', async () => {
  const claim = await (await aStore()).claim('moved', 'one');
  assert.equal(await move(claim, claim.record, 7, 'moved'), 'committed');
  assert.equal(await move(claim, claim.record, 8, 'moved again'), 'aborted');
});

test('an owner that hangs inside its transaction does not keep the next one waiting', async () => {
  const first = await (await aStore()).claim('hangs', 'one');
  const { promise: hanging, resolve: written } = Promise.withResolvers<void>();
  const { promise: forever, resolve: wake } = Promise.withResolvers<void>();
  const stuck = first.transaction(async (transaction) => {
    await transaction.replace({ epoch: 1, to: start }, { ...first.record, to: at(3) });
    written();
    await forever;
    return true;
  });
  await hanging;
  const startedAtMs = performance.now();
  const second = await (await aStore()).claim('hangs', 'two');
  const tookMs = performance.now() - startedAtMs;
  assert.deepEqual([second.record.epoch, second.record.to], [2, start]);
  wake();
  const outcome = await stuck;
  assert.ok(typeof outcome === 'object' && outcome.unknown instanceof Error, 'it says why nobody knows');
  assert.deepEqual((await second.read())?.to, start);
  // The server of the tests gives transactions up after 3 seconds.
  assert.ok(tookMs < 1_500, `it waited ${tookMs} ms`);
});

test('reads inside a transaction may be asked for at once, and see its own writes', async () => {
  const claim = await (await aStore()).claim('reads', 'one');
  let found: number[] = [];
  const work = async (transaction: StageTransaction) => {
    await transaction.replace({ epoch: 1, to: start }, { ...claim.record, to: at(1) });
    await transaction.apply([
      { collection: things, put: { _id: 'r1' } },
      { collection: things, insert: { _id: 'r2' } },
      { collection: things, delete: 'r1' },
    ]);
    const all = await Promise.all([['r1'], ['r1', 'r2'], []].map((ids) => transaction.find(things, ids)));
    found = all.map(({ size }) => size);
    return true;
  };
  assert.equal(await claim.transaction(work), 'committed');
  assert.deepEqual(found, [0, 1, 0]);
});

test('a repeated insert is the fault of the item, a server that is away is not', async () => {
  const claim = await (await aStore()).claim('faults', 'one');
  assert.equal(await move(claim, claim.record, 1, 'twice'), 'committed');
  const record = await claim.read();
  assert.ok(record);
  await assert.rejects(move(claim, record, 2, 'twice'), { code: 11000 });
  assert.deepEqual((await claim.read())?.to, at(1));
  await servers.freeze('mongo');
  const late = new MongoClient(servers.mongoUrlOf('stage'), { serverSelectionTimeoutMS: 300, socketTimeoutMS: 300 });
  clients.push(late);
  const store = createMongoStageStore({ client: late, db: late.db('stages'), collection });
  await assert.rejects(store.claim('faults', 'two'), { code: 'unavailable' });
  await servers.thaw('mongo');
});
