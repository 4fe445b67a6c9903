import assert from 'node:assert/strict';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { createProgress } from '../progress.mjs';
import { startAll } from './servers.ts';

/** A machine whose PATH has nothing but a Kafka that takes its time. */
async function withSlowKafkaAlone(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'trunkline-'));
  for (const name of ['kafka-server-start.sh', 'kafka-storage.sh']) {
    await writeFile(join(folder, name), '#!/bin/sh\nexec /bin/sleep 60\n');
    await chmod(join(folder, name), 0o755);
  }
  const { PATH, SERVERS } = process.env;
  Object.assign(process.env, { PATH: folder, SERVERS: 'path' });
  t.after(async () => {
    Object.assign(process.env, { PATH });
    if (SERVERS === undefined) delete process.env.SERVERS;
    else process.env.SERVERS = SERVERS;
    await rm(folder, { recursive: true, force: true });
  });
  return folder;
}

test('what is missing is said although Kafka was still on its way', async (t) => {
  const folder = await withSlowKafkaAlone(t);
  const starting = startAll(join(folder, 'data'), createProgress(), new AbortController());
  await assert.rejects(starting, {
    name: 'Problem',
    message: /^SERVERS=path was asked for, but there is no (nats-server|mongod) on the PATH/,
  });
});

test('whoever stops before Kafka has come does not wait for it', async (t) => {
  const folder = await withSlowKafkaAlone(t);
  Object.assign(process.env, { SERVERS: '', NATS_URL: 'nats://bus', MONGO_URL: 'mongodb://db/' });
  t.after(() => {
    delete process.env.NATS_URL;
    delete process.env.MONGO_URL;
  });
  const servers = await startAll(join(folder, 'data'), createProgress(), new AbortController());
  const since = performance.now();
  await servers[Symbol.asyncDispose]();
  assert.ok(performance.now() - since < 10_000);
  assert.equal(servers.problem, undefined);
});

test('servers that the environment names are used as they are named there', async (t) => {
  const given = {
    SERVERS: 'env',
    NATS_URL: 'tls://me:secret@one,two',
    MONGO_URL: 'mongodb://db/',
    KAFKA_BROKERS: 'k:1',
  };
  const before = { ...process.env };
  Object.assign(process.env, given);
  t.after(() => {
    for (const name of Object.keys(given)) delete process.env[name];
    Object.assign(process.env, before);
  });
  await using servers = await startAll(tmpdir(), createProgress(), new AbortController());

  const { SERVICE_ACCESS = '', ...addresses } = servers.environment;
  assert.deepEqual(addresses, {
    NATS_URL: given.NATS_URL,
    MONGO_URL: given.MONGO_URL,
    MONGO_DATABASE: 'trunkline',
    KAFKA_BROKERS: 'k:1',
  });
  assert.deepEqual(JSON.parse(SERVICE_ACCESS).sealer, {
    NATS_URL: given.NATS_URL,
    NATS_USER: '',
    NATS_PASSWORD: '',
    MONGO_URL: given.MONGO_URL,
  });
});
