import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { MongoClient } from 'mongodb';
import { until } from '../until.ts';
import { startServers } from './start-servers.ts';

async function openNats(url: string): Promise<NatsConnection & AsyncDisposable> {
  const { host, username, password } = new URL(url);
  const user = username ? { user: decodeURIComponent(username), pass: decodeURIComponent(password) } : {};
  const connection = await connect({ servers: host, ...user });
  return Object.assign(connection, { [Symbol.asyncDispose]: () => connection.close() });
}

async function openMongo(url: string): Promise<MongoClient> {
  return new MongoClient(url, { serverSelectionTimeoutMS: 5_000 }).connect();
}

test('what was stored is there after a kill and a restart, on the same addresses', async () => {
  await using servers = await startServers({ nats: true, mongo: true, own: true, natsSync: 'always' });
  await using nats = await openNats(servers.natsUrl);
  await using mongo = await openMongo(servers.mongoUrl);
  await nats.request('$JS.API.STREAM.CREATE.KEPT', JSON.stringify({ name: 'KEPT', subjects: ['kept'] }));
  await nats.request('kept', 'one');
  await mongo
    .db('kept')
    .collection('things')
    .insertOne({ name: 'one' }, { writeConcern: { w: 'majority', j: true } });

  for (const name of ['nats', 'mongo'] as const) {
    await servers.kill(name);
    assert.equal(servers.pids[name], undefined);
    await servers.restart(name);
  }

  await using again = await openNats(servers.natsUrl);
  const { state } = (await again.request('$JS.API.STREAM.INFO.KEPT')).json<{ state: { messages: number } }>();
  assert.equal(state.messages, 1);
  assert.equal(await mongo.db('kept').collection('things').countDocuments(), 1);
});

test('a server that ends by itself is told, and cannot be killed any more; one that is told to end is not', async () => {
  const ended: string[] = [];
  const onEnded = (what: string) => void ended.push(what);
  await using servers = await startServers({ nats: true, own: true, onEnded });
  await servers.kill('nats');
  await assert.rejects(servers.kill('nats'), /nats does not run/);
  await servers.restart('nats');
  assert.deepEqual(ended, []);

  process.kill(servers.pids.nats ?? 0, 'SIGKILL');
  await until(() => ended.length > 0);
  assert.match(ended.join(), /^nats ended by itself: .*nats\.log says why$/);
  await assert.rejects(servers.kill('nats'), /nats does not run/);
  await servers.restart('nats');
  assert.equal(ended.length, 1);
});

test('MongoDB runs transactions and tells of changes', async () => {
  await using servers = await startServers({ mongo: true });
  await using mongo = await openMongo(servers.mongoUrl);
  const things = mongo.db('app').collection<{ name: string }>('things');
  await mongo.db('app').createCollection('things');
  await using changes = things.watch();
  const first = changes.next();

  await mongo.withSession((session) =>
    session.withTransaction(() => things.insertOne({ name: 'committed' }, { session })),
  );

  const change = await first;
  assert.equal(change.operationType === 'insert' && change.fullDocument.name, 'committed');
  const { transactionLifetimeLimitSeconds } = await mongo
    .db('admin')
    .command({ getParameter: 1, transactionLifetimeLimitSeconds: 1 });
  assert.equal(transactionLifetimeLimitSeconds, 3);
});

test('a user of NATS reaches its own subjects and no others', async () => {
  const permissions = { publish: { allow: ['own.>'] }, subscribe: { allow: ['own.>', '_INBOX.>'] } };
  await using servers = await startServers({
    nats: true,
    own: true,
    natsUsers: [{ user: 'one', password: 'p@ss/word', permissions }],
  });
  await using root = await openNats(servers.natsUrl);
  await using one = await openNats(servers.natsUrlOf('one'));
  const refusals: string[] = [];
  const watching = (async () => {
    for await (const status of one.status()) if (status.type === 'error') refusals.push(status.error.message);
  })();
  const heard: string[] = [];
  root.subscribe('>', { callback: (_, message) => void heard.push(message.subject) });
  await root.flush();

  one.publish('own.thing');
  one.publish('foreign.thing');
  await one.flush();
  await root.flush();

  assert.deepEqual(
    heard.filter((subject) => !subject.startsWith('_')),
    ['own.thing'],
  );
  await one.close();
  await watching;
  assert.match(refusals.join(), /foreign\.thing/);
  const { host } = new URL(servers.natsUrl);
  await assert.rejects(connect({ servers: host }), /authorization/i);
});

test('a user of MongoDB does what its privileges say and no more', async () => {
  const resource = { db: 'app', collection: 'own' };
  const user = { name: 'one', password: 'p@ss/word', privileges: [{ resource, actions: ['find', 'insert'] }] };
  await using servers = await startServers({ mongo: true, own: true, mongoUsers: [user] });
  await using one = await openMongo(servers.mongoUrlOf('one'));

  await one.db('app').collection('own').insertOne({ allowed: true });

  await assert.rejects(one.db('app').collection('own').deleteMany({}), /not authorized/);
  await assert.rejects(one.db('app').collection('foreign').findOne({}), /not authorized/);
  const { host } = new URL(servers.mongoUrl);
  await using nobody = await openMongo(`mongodb://${host}/?directConnection=true`);
  await assert.rejects(nobody.db('app').collection('own').findOne({}), /requires authentication/);
});

test('data in a folder survives its servers, also under other ports and with other users', async (t) => {
  const dataDir = await mkdtemp(join(tmpdir(), 'trunkline-'));
  t.after(() => rm(dataDir, { recursive: true, force: true }));
  const user = { name: 'one', password: 'before', roles: [{ role: 'readWrite', db: 'app' }] };
  {
    await using servers = await startServers({ mongo: true, own: true, dataDir, mongoUsers: [user] });
    await using mongo = await openMongo(servers.mongoUrlOf('one'));
    await mongo.db('app').collection('things').insertOne({ name: 'kept' });
  }

  await using servers = await startServers({
    mongo: true,
    own: true,
    dataDir,
    mongoUsers: [{ ...user, password: 'after' }],
  });

  await using mongo = await openMongo(servers.mongoUrlOf('one'));
  assert.equal(await mongo.db('app').collection('things').countDocuments({ name: 'kept' }), 1);
});

test('a frozen server says nothing until it is thawed', async () => {
  await using servers = await startServers({ nats: true, own: true });
  const { host } = new URL(servers.natsUrl);

  await servers.freeze('nats');
  await assert.rejects(connect({ servers: host, timeout: 200 }));

  await servers.thaw('nats');
  await using nats = await openNats(servers.natsUrl);
  assert.ok((await nats.rtt()) >= 0);
});

test('a port that is taken is one sentence with a remedy', async () => {
  await using first = await startServers({ nats: true, own: true });
  const port = Number(new URL(first.natsUrl).port);
  await assert.rejects(startServers({ nats: true, own: true, ports: { nats: port } }), {
    name: 'Problem',
    message: `Port ${port}, wanted for nats, is taken: stop what listens there or give another port`,
  });
});

test('clients of a cluster are told of no address but those that they were given', async () => {
  await using servers = await startServers({ nats: true, own: true, natsMembers: 3 });
  const [first] = servers.natsUrl.replace('nats://', '').split(',');
  await using nats = await openNats(`nats://${first}`);
  assert.equal(nats.info?.connect_urls, undefined);
});
