import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type Servers, startServers } from '@trunkline/testkit';
import { MongoClient } from 'mongodb';
import type { AtKillPoint } from './kill-points.ts';
import { start } from './position.ts';
import type { StageClaim, StageRecord } from './stage-store.ts';
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
async function aStore(at?: AtKillPoint) {
  const client = await new MongoClient(servers.mongoUrlOf('stage')).connect();
  clients.push(client);
  return createMongoStageStore({ client, db: client.db('stages'), collection, ...(at && { at }) });
}

const at = (sequence: number) => ({ sequence, index: 0, output: 0 });

/** Moves a record on and writes a thing with it. */
async function move(claim: StageClaim, record: StageRecord, sequence: number, thing: string) {
  const next = { ...record, from: record.to, to: at(sequence), out: Buffer.from(thing) };
  const writes = [{ collection: things, insert: { _id: thing } }];
  return await claim.commit(async () => ({ expected: record, record: next, writes }));
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
  const { promise: hanging, resolve: written } = Promise.withResolvers<void>();
  const { promise: forever, resolve: wake } = Promise.withResolvers<void>();
  const hangs = await aStore(async () => {
    written();
    await forever;
  });
  const first = await hangs.claim('hangs', 'one');
  const stuck = move(first, first.record, 3, 'hangs');
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

test('what is stored can be read, and what is not there is absent', async () => {
  const claim = await (await aStore()).claim('reads', 'one');
  const writes = [
    { collection: things, put: { _id: 'r1' } },
    { collection: things, insert: { _id: 'r2' } },
    { collection: things, delete: 'r1' },
  ];
  const record = { ...claim.record, to: at(1) };
  assert.equal(await claim.commit(async () => ({ expected: claim.record, record, writes })), 'committed');
  let found: number[] = [];
  const nothing = await claim.commit(async (reader) => {
    const all = await Promise.all([['r1'], ['r1', 'r2'], []].map((ids) => reader.find(things, ids)));
    found = all.map(({ size }) => size);
    return undefined;
  });
  assert.deepEqual([nothing, found], ['aborted', [0, 1, 0]]);
});

test('lanes that store at the same time share a transaction; one that lost its lane or repeats something fails alone', async () => {
  let transactions = 0;
  const store = await aStore(() => {
    transactions += 1;
  });
  const names = ['t0', 't1', 't2', 't3', 't4'];
  const claims = await Promise.all(names.map((name) => store.claim(name, 'one')));
  const moveAll = (sequence: number, thingOf: (index: number) => string) =>
    Promise.allSettled(
      claims.map((claim, index) => move(claim, { ...claim.record, to: at(sequence - 1) }, sequence, thingOf(index))),
    );
  const done = await moveAll(1, (index) => `together ${index}`);
  assert.deepEqual(
    done,
    names.map(() => ({ status: 'fulfilled', value: 'committed' })),
  );
  // The first goes at once, whoever came meanwhile goes together.
  assert.equal(transactions, 2);

  await (await aStore()).claim('t2', 'two');
  const mixed = await moveAll(2, (index) => (index === 3 ? 'together 0' : `apart ${index}`));
  assert.deepEqual(
    mixed.map((each) => (each.status === 'fulfilled' ? each.value : each.reason.code)),
    ['committed', 'committed', 'aborted', 11000, 'committed'],
  );
  const standing = await Promise.all(claims.map(async (claim) => (await claim.read())?.to.sequence));
  assert.deepEqual(standing, [2, 2, 1, 1, 2]);
});

test('an owner ends the session of another store, never that of its own other lanes', async () => {
  const { promise: inside, resolve: entered } = Promise.withResolvers<void>();
  const { promise: held, resolve: release } = Promise.withResolvers<void>();
  const store = await aStore(async () => {
    entered();
    await held;
  });
  const busy = await store.claim('own busy', 'one');
  await store.claim('own again', 'one');
  const storing = move(busy, busy.record, 1, 'own busy');
  await inside;
  await store.claim('own again', 'one');
  release();
  assert.equal(await storing, 'committed');
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
