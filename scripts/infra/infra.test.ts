import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { test } from 'node:test';
import { MongoClient } from 'mongodb';
import { indexesOf } from '../../packages/contracts/src/index.ts';
import { startServers } from '../../packages/testkit/src/index.ts';
import { natsUsersConf } from './nats-users.ts';
import { provision } from './provision.ts';
import { passwordVariable, readSettings } from './settings.ts';

const signal = new AbortController().signal;
const connectors = ['telegram'];

test('everything is made once; a second time changes nothing', async () => {
  const mongoUsers = [{ name: 'unused', password: 'unused', roles: [] }];
  await using servers = await startServers({ nats: true, mongo: true, own: true, mongoUsers });
  const { natsUrl, mongoUrl } = servers;
  const mongoPasswords = new Map([['sealer', 'first']]);
  const options = { natsUrl, mongoUrl, database: 'trunkline', connectors, mongoPasswords, signal };

  const first = await provision(options);
  const second = await provision({ ...options, mongoPasswords: new Map([['sealer', 'second']]) });

  assert.ok(first.streamsMade.includes('EGRESS_telegram'));
  assert.deepEqual(second, { streamsMade: [], streamsChanged: [], streamsLeft: [], users: ['sealer'] });
  await using root = await new MongoClient(mongoUrl).connect();
  const made = await root.db('trunkline').collection('channels').indexes();
  const wanted = indexesOf(connectors).filter(({ collection }) => collection === 'channels');
  assert.equal(made.length, wanted.length + 1);
  const url = new URL(mongoUrl);
  Object.assign(url, { username: 'sealer', password: 'second' });
  await using sealer = await new MongoClient(url.href).connect();
  await sealer.db('trunkline').collection<{ _id: string }>('portal_keys').insertOne({ _id: 'one' });
  await assert.rejects(sealer.db('trunkline').collection('channels').findOne({}), /not authorized/);
});

test('the settings come from the environment, and what is missing is said at once', () => {
  const env = { NATS_URL: 'nats://n', MONGO_URL: 'mongodb://m', REPLICAS: '3', MONGO_TELEGRAM_PASSWORD: 'p' };
  const settings = readSettings(env, connectors);
  assert.deepEqual(
    [settings.replicas, settings.database, [...settings.mongoPasswords]],
    [3, 'trunkline', [['telegram', 'p']]],
  );
  assert.throws(() => readSettings({}, connectors), /NATS_URL[\s\S]*MONGO_URL/);
});

test('the server’s users hold the rights of the table and no password', () => {
  const conf = natsUsersConf(connectors);
  assert.match(conf, /user: telegram\n\s+password: \$NATS_TELEGRAM_PASSWORD/);
  assert.match(conf, /"outbox\.\*\.>"/);
  assert.equal(passwordVariable('NATS', 'my-messenger'), 'NATS_MY_MESSENGER_PASSWORD');
});

test('infra runs alone', async () => {
  await using servers = await startServers({ nats: true, mongo: true, own: true });
  const env = { ...process.env, NATS_URL: servers.natsUrl, MONGO_URL: servers.mongoUrl };
  const child = spawn(process.execPath, ['scripts/infra.ts'], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  let out = '';
  child.stdout.on('data', (text) => (out += text));
  const code = await new Promise((resolve) => child.once('exit', resolve));
  assert.equal(code, 0);
  assert.match(out, /Streams made: OUTBOX, FACTS, TIMERS, INGRESS/);
});
