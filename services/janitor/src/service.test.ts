import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Envelope, natsPermissions, Position, streams, subjects } from '@trunkline/contracts';
import { auditSink, defineService, provisionBus, startService, watchRoom } from '@trunkline/runtime';
import { startServers, until } from '@trunkline/testkit';
import { z } from 'zod';
import { janitor } from './service.ts';

const connectors = ['telegram'];
const quiet = { BIND_ADDRESS: '127.0.0.1', METRICS_PORT: '0', LOG_LEVEL: 'silent' };
const root = defineService({
  ...{ name: 'test', config: z.object({}), uses: { bus: true } },
  start: async () => {},
});

test('the janitor, as its own user, opens the doors and removes what is old and was read by everybody', async () => {
  await using started = new AsyncDisposableStack();
  const natsUsers = [{ user: 'janitor', password: 'own', permissions: natsPermissions('janitor', connectors) }];
  const servers = started.use(await startServers({ nats: true, own: true, natsUsers }));
  const { nats, bus, signal } = (await started.use(startService(root, { ...quiet, NATS_URL: servers.natsUrl })).ready)
    .runtime;
  await provisionBus(nats, { connectors });
  for (let count = 0; count < 5; count += 1) await bus.publish(subjects.ingress(0), Buffer.from('x'));
  const to = { sequence: 5, index: 0, output: 0 };
  const envelope = Envelope.encode(Envelope.fromPartial({ to })).finish();
  await bus.publish(subjects.facts(0, 'normalizer'), envelope);
  await bus.publish(subjects.cursor(auditSink(streams.ingress), 0), Position.encode(to).finish());

  // For it everything is three days old.
  const now = () => Date.now() + 73 * 60 * 60_000;
  const env = { ...quiet, NATS_URL: servers.natsUrlOf('janitor'), CONNECTORS: connectors.join(',') };
  const running = started.use(startService(janitor, env, { now }));
  const { metrics } = (await running.ready).runtime;

  await until(async () => (await bus.nextOf(streams.ingress, subjects.ingress(0), 1))?.sequence === 5);
  assert.ok(await bus.lastOf(streams.facts, subjects.facts(0, 'normalizer')), 'nobody has read the facts');
  const { room } = watchRoom(nats, signal);
  await until(() => room.isOpen());
  const text = await until(async () => {
    const told = await metrics.text();
    return /trunkline_door_open\{?[^\n]* 1/.test(told) && told;
  });
  const lag = await until(
    async () => /trunkline_lane_lag_seconds\{reader="sealer",lane="0".*\} (.+)/.exec(await metrics.text())?.[1],
  );
  assert.ok(Number(lag) > 72 * 60 * 60, 'the sealer has not read a fact that is three days old for the janitor');
  const { ingress, facts, outbox, deliveries } = streams;
  for (const stream of [ingress, facts, outbox, deliveries])
    assert.match(text, new RegExp(`stream_fullness.*stream="${stream}"`));
});
