import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startServers, until } from '@trunkline/testkit';
import { z } from 'zod';
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
