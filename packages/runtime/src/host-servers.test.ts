import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import { startServers, startTcpProxy, until } from '@trunkline/testkit';
import { z } from 'zod';
import { freePort } from '../../testkit/src/servers/ports.ts';
import { pause } from './deadline.ts';
import { startService } from './host.ts';
import { defineService } from './service.ts';

const definition = defineService({
  name: 'delivery',
  config: z.object({}),
  uses: { bus: true, store: true, directory: true, files: true },
  start: async () => {},
});

test('a service that loses a server says so under /readyz, goes on, and is well again by itself', async () => {
  await using servers = await startServers({ nats: true, mongo: true, own: true });
  const env = {
    ...{ NATS_URL: servers.natsUrl, MONGO_URL: servers.mongoUrl, METRICS_PORT: '0', BIND_ADDRESS: '127.0.0.1' },
    LOG_LEVEL: 'silent',
  };
  await using service = startService(definition, env);
  const { runtime, addresses } = await service.ready;
  const status = async () => {
    const body = (await (await fetch(`${addresses.metrics}/readyz`)).json()) as { readonly status: string };
    return body.status;
  };
  await runtime.store.ping();
  await runtime.nats.flush();
  assert.equal(await status(), 'ok');

  await servers.kill('nats');
  await until(async () => (await status()) === 'degraded');
  assert.match(runtime.health.reasons.get('nats') ?? '', /NATS/);
  await servers.restart('nats');
  await until(async () => (await status()) === 'ok');

  await servers.kill('mongo');
  await until(async () => runtime.health.reasons.has('mongodb'));
  await assert.rejects(runtime.store.ping(), { code: 'unavailable' });
  await servers.restart('mongo');
  await until(async () => (await status()) === 'ok');
  await runtime.store.ping();
});

test('a service that is started while its servers are away says so under /readyz and once in its log, and waits', async () => {
  await using servers = await startServers({ nats: true, mongo: true, own: true });
  const [nats, mongo] = [new URL(servers.natsUrl), new URL(servers.mongoUrl)];
  await using toNats = await startTcpProxy(Number(nats.port));
  await using toMongo = await startTcpProxy(Number(mongo.port));
  nats.port = String(toNats.port);
  mongo.port = String(toMongo.port);
  toNats.refuse();
  toMongo.refuse();
  const port = await freePort();
  const env = { NATS_URL: nats.href, MONGO_URL: mongo.href, METRICS_PORT: String(port), BIND_ADDRESS: '127.0.0.1' };
  const warnings: string[] = [];
  const write = (text: string) => {
    const line = JSON.parse(text);
    if (line.level === 'warn') warnings.push(line.part ?? line.msg);
  };
  const alone = { ...definition, uses: { bus: true, store: true } };
  await using service = startService(alone, env, { logDestination: { write } });
  const notReady = async (reasons: object) => {
    const answer = await fetch(`http://127.0.0.1:${port}/readyz`).catch(() => undefined);
    if (answer?.status !== 503) return false;
    return isDeepStrictEqual(await answer.json(), { status: 'not ready', reasons });
  };
  await until(() => notReady({ nats: 'NATS cannot be reached.' }));
  // Long enough for several tries.
  await pause(1_000, new AbortController().signal);
  toNats.mend();
  await until(() => notReady({ mongodb: 'MongoDB cannot be reached.' }));
  toMongo.mend();
  const { runtime } = await service.ready;
  await until(() => runtime.health.reasons.size === 0);
  assert.deepEqual(warnings, ['nats', 'NATS makes trouble', 'mongodb', 'MongoDB cannot be reached yet']);
});

test('a service whose NATS is there and takes nothing says so, until the server is started anew', async () => {
  // Nobody keeps a stream on this one: as of one whose disk is full, no publish is answered.
  await using servers = await startServers({ nats: true, mongo: true, own: true });
  const env = {
    ...{ NATS_URL: servers.natsUrl, MONGO_URL: servers.mongoUrl, METRICS_PORT: '0', BIND_ADDRESS: '127.0.0.1' },
    LOG_LEVEL: 'silent',
  };
  await using service = startService(definition, env);
  const { runtime } = await service.ready;
  const reason = () => runtime.health.reasons.get('nats') ?? '';
  await until(async () => {
    await assert.rejects(runtime.bus.publish('ingress.1', Buffer.from('a')), { code: 'unavailable' });
    return reason() !== '';
  });
  assert.match(reason(), /takes nothing of what is written to ingress/);
  await servers.restart('nats');
  await until(() => reason() === '');
});
