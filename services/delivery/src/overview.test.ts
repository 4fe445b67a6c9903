import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { DeliveryServiceDefinition, PortalMode, PortalSettings, PortalState } from '@trunkline/contracts';
import { createRpcClients, type HostedService, type RpcClient, secret, startService } from '@trunkline/runtime';
import { until } from '@trunkline/testkit';
import { delivery } from './service.ts';
import { type Surroundings, startSurroundings } from './testing/bus.ts';
import { answer, startPortal, type TestPortal } from './testing/portal.ts';
import { signingKeyOf } from './testing/stream.ts';

let around: Surroundings;
let service: HostedService<unknown>;
let client: RpcClient<typeof DeliveryServiceDefinition>;
const administrator = { tenant: '*' };

before(async () => {
  around = await startSurroundings();
  service = startService(delivery, around.env);
  const { addresses } = await service.ready;
  const identity = { service: 'gateway', token: secret('gateway-token') };
  client = createRpcClients({ identity, addressOf: () => addresses.grpc ?? '' }).of(
    DeliveryServiceDefinition,
    'delivery',
  );
});

after(async () => {
  await service?.stop();
  await around?.[Symbol.asyncDispose]();
});

async function aPortal(id: string, settings: Partial<PortalSettings> = {}): Promise<TestPortal> {
  const portal = await startPortal(signingKeyOf(id));
  const all = PortalSettings.fromPartial({ lingerMs: 1, timeoutMs: 1_000, ...settings });
  await around.setPortal({ id, tenantId: 'home', name: `CRM ${id}`, url: portal.url, settings: all });
  return portal;
}

const overview = async (more: { mode?: PortalMode; text?: string; pageSize?: number; pageToken?: string } = {}) =>
  await client.getOverview(more, administrator);

test('an administrator sees every lane, portals by mode, and those that are not well, the worst first, page by page', async () => {
  await using well = await aPortal('well');
  await using broken = await aPortal('broken');
  await using halted = await aPortal('halted');
  broken.behave((_received, response) => answer(response, 500, {}));
  await client.pause({ portalId: 'halted', reason: 'it moves house' }, administrator);
  for (const id of ['well', 'broken', 'halted']) await around.seal(id, 3);
  const seen = await until(async () => {
    const told = await overview();
    return told.lanes.length === 8 && told.unwell === 2 && told.portals.length === 2 && told;
  }, 20_000);
  assert.deepEqual(well.taken.length, 3);
  assert.deepEqual(halted.received, []);
  const portals = new Map(seen.portals.map((portal) => [portal.portalId, portal]));
  assert.partialDeepStrictEqual(portals.get('halted'), {
    ...{ name: 'CRM halted', tenantId: 'home', mode: PortalMode.PORTAL_MODE_PAUSED, waiting: 3 },
    ...{ pauseReason: 'it moves house', nextAttemptAt: undefined },
  });
  const { lastErrorText, nextAttemptAt, mode, failures = 0 } = portals.get('broken') ?? {};
  assert.deepEqual([lastErrorText, mode], ['the portal answered 500', PortalMode.PORTAL_MODE_DRAIN]);
  assert.ok(failures > 0 && nextAttemptAt !== undefined);
  const byMode = Object.fromEntries(seen.modes.map((each) => [each.mode, [each.portals, each.waiting]]));
  assert.deepEqual(byMode[PortalMode.PORTAL_MODE_PAUSED], [1, 3]);
  assert.deepEqual(byMode[PortalMode.PORTAL_MODE_LIVE], [1, 0]);
  const lane = seen.lanes.find((each) => each.portals > 0);
  assert.deepEqual([lane?.portals, lane?.waiting], [3, 6]);

  const first = await overview({ pageSize: 1 });
  const second = await overview({ pageSize: 1, pageToken: first.nextPageToken });
  assert.deepEqual([first.found, second.nextPageToken], [2, '']);
  assert.deepEqual(
    new Set([...first.portals, ...second.portals].map(({ portalId }) => portalId)),
    new Set(portals.keys()),
  );
  const paused = await overview({ mode: PortalMode.PORTAL_MODE_PAUSED });
  assert.deepEqual(
    paused.portals.map(({ portalId }) => portalId),
    ['halted'],
  );
  assert.deepEqual(
    (await overview({ text: 'crm BRO' })).portals.map(({ portalId }) => portalId),
    ['broken'],
  );
  const drawn = await until(async () => (await overview()).history.find((each) => each.failed > 0), 30_000);
  assert.ok(drawn.waiting > 0);
});

test('nobody but an administrator sees the overview', async () => {
  await assert.rejects(client.getOverview({}, { tenant: 'home' }), { code: 'permission_denied' });
});

test('the status of a portal is for its tenant, says whether it is public, and keeps the last success and the last day', async () => {
  await using shown = await aPortal('shown', { isStatusPublic: true });
  await using hidden = await aPortal('hidden');
  for (const id of ['shown', 'hidden']) await around.seal(id, 2);
  await until(() => shown.taken.length === 2 && hidden.taken.length === 2);
  const status = async (portalId: string, tenant = 'home') => await client.getPortalStatus({ portalId }, { tenant });
  const told = await until(async () => {
    const now = await status('shown');
    return now.lastSuccessAt !== undefined && now;
  }, 30_000);
  assert.partialDeepStrictEqual(told, { isPublic: true, state: PortalState.PORTAL_STATE_WELL, waiting: 0 });
  assert.deepEqual(
    told.history.map(({ state }) => state),
    [PortalState.PORTAL_STATE_WELL],
  );
  const other = await status('hidden');
  assert.partialDeepStrictEqual(other, { isPublic: false, state: PortalState.PORTAL_STATE_WELL, history: [] });
  await assert.rejects(status('shown', 'another'), { code: 'not_found' });
  await client.pause({ portalId: 'shown', reason: 'a secret reason' }, administrator);
  const stopped = await until(async () => {
    const now = await status('shown');
    return now.state === PortalState.PORTAL_STATE_STOPPED && now;
  }, 30_000);
  assert.ok(!JSON.stringify(stopped).includes('secret'));
});
