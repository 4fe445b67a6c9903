import assert from 'node:assert/strict';
import { test } from 'node:test';
import { indexesOf } from '@trunkline/contracts';
import { startServers } from '@trunkline/testkit';
import { MongoClient } from 'mongodb';
import { provision } from './provision.ts';

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
