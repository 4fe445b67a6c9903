import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DeliveryServiceDefinition, PortalSettings } from '@trunkline/contracts';
import { createRpcClients, secret, startService } from '@trunkline/runtime';
import { until } from '@trunkline/testkit';
import { keptFor } from './clock.ts';
import { delivery } from './service.ts';
import { startSurroundings } from './testing/bus.ts';
import { answer, startPortal } from './testing/portal.ts';
import { signingKeyOf } from './testing/stream.ts';

const hourMs = 3_600_000;

test('events are kept as long as their portal says while the clock may be trusted, and for ever while not', () => {
  const settings = { retentionMs: 24 * hourMs };
  assert.equal(keptFor(settings, { mayExpire: () => true }), settings);
  assert.equal(keptFor(settings, { mayExpire: () => false }).retentionMs, Number.POSITIVE_INFINITY);
});

test('an instance whose clock is a day ahead gives nothing up as expired, shows it, and delivers', async () => {
  await using around = await startSurroundings();
  const service = startService(delivery, around.env, { now: () => Date.now() + 25 * hourMs });
  try {
    const { addresses } = await service.ready;
    const identity = { service: 'gateway', token: secret('gateway-token') };
    const clients = createRpcClients({ identity, addressOf: () => addresses.grpc ?? '' });
    const client = clients.of(DeliveryServiceDefinition, 'delivery');
    await using portal = await startPortal(signingKeyOf('ahead'));
    // What an honest portal answers to a signature of tomorrow is not asked here.
    portal.behave((_received, response) => answer(response, 200, {}));
    const settings = PortalSettings.fromPartial({ lingerMs: 1, timeoutMs: 1_000 });
    await around.setPortal({ id: 'ahead', tenantId: 'home', name: 'ahead', url: portal.url, settings });
    await around.seal('ahead', 3);
    const backlog = await until(async () => {
      const now = await client.getBacklog({ portalId: 'ahead' }, { tenant: 'home' });
      return now.deliveredSequence === 3 && now;
    });
    assert.deepEqual([backlog.expired, portal.received.length > 0], [0, true]);
    const metrics = await (await fetch(`${addresses.metrics}/metrics`)).text();
    assert.match(metrics, /^trunkline_delivery_clock_ahead_seconds\{.*\} (8999\d|90000)/m);
  } finally {
    await service.stop();
  }
});
