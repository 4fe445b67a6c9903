import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { collections, PortalQueueKind } from '@trunkline/contracts';
import { TrunklineError } from '@trunkline/runtime';
import { until } from '@trunkline/testkit';
import { channelIn, companyIn, everybody, key } from './testing/company.ts';
import { connector, type Surroundings, startSurroundings, told } from './testing/surroundings.ts';

let around: Surroundings;
before(async () => {
  around = await startSurroundings();
  await around.asConnector.registerConnector({ connector: told });
});
after(async () => {
  await around?.[Symbol.asyncDispose]();
});
const company = () => companyIn(around);
const channelOf = (at: Awaited<ReturnType<typeof company>>, token?: string) => channelIn(around, at, token);

test('a tenant is made by an administrator alone, read, renamed, switched off and on', async () => {
  const request = { ...key(), name: 'Shop' };
  const tenant = await around.gateway.createTenant(request, everybody);
  assert.deepEqual(await around.gateway.createTenant(request, everybody), tenant);
  const own = { tenant: tenant.id };
  await assert.rejects(around.gateway.createTenant({ ...key(), name: 'Other' }, own), { code: 'permission_denied' });
  await assert.rejects(around.gateway.switchTenant({ tenantId: tenant.id, isActive: false }, own), {
    code: 'permission_denied',
  });
  assert.equal((await around.gateway.updateTenant({ tenantId: tenant.id, name: 'New' }, own)).name, 'New');
  const rate = { perSecond: 50, burst: 200 };
  await assert.rejects(around.gateway.updateTenant({ tenantId: tenant.id, rate }, own), { code: 'permission_denied' });
  const paced = await around.gateway.updateTenant({ tenantId: tenant.id, rate }, everybody);
  assert.deepEqual([paced.name, paced.rate], ['New', rate]);
  await until(() => around.seenByGateway.tenant(tenant.id)?.rate?.burst === 200);
  assert.equal((await around.gateway.getTenant({ tenantId: tenant.id }, own)).name, 'New');
  assert.deepEqual(
    (await around.gateway.listTenants({}, own)).tenants.map(({ id }) => id),
    [tenant.id],
  );
  await around.gateway.switchTenant({ tenantId: tenant.id, isActive: false }, everybody);
  await until(() => around.seenByGateway.tenant(tenant.id)?.isActive === false);
  await around.gateway.switchTenant({ tenantId: tenant.id, isActive: true }, everybody);
  await until(() => around.seenByGateway.tenant(tenant.id)?.isActive);
});

test('the same request makes one thing, however its tenant is named; another request under its key is refused', async () => {
  const { own, tenant } = await company();
  const request = { ...key(), name: 'Line' };
  const line = await around.gateway.createLine(request, own);
  assert.deepEqual(await around.gateway.createLine({ ...request, tenantId: tenant.id }, everybody), line);
  await assert.rejects(around.gateway.createLine({ ...request, name: 'Other' }, own), { code: 'already_exists' });
  await assert.rejects(around.gateway.createLine({ name: 'Line' }, own), { code: 'invalid_argument' });
  await assert.rejects(around.gateway.createLine({ ...key(), name: ' ' }, own), { code: 'invalid_argument' });
  const { lines } = await around.gateway.listLines({}, own);
  assert.equal(lines.length, 2);
});

test('a portal is made with its licence key, changed, and switched off and on', async () => {
  const { own } = await company();
  const request = { ...key(), name: 'CRM', url: 'https://crm.example/a' };
  const { portal, licenceKey } = await around.gateway.createPortal(request, own);
  assert.ok(portal && licenceKey.startsWith('tlk_'));
  const shown = await around.gateway.getPortal({ portalId: portal.id }, own);
  assert.deepEqual(shown, portal);
  assert.equal(JSON.stringify(shown).includes(licenceKey), false);
  const settings = { ...portal.settings, batchEvents: 7 };
  const changed = await around.gateway.updatePortal(
    { portalId: portal.id, url: 'https://crm.example/b', settings },
    own,
  );
  assert.deepEqual([changed.url, changed.settings?.batchEvents, changed.name], ['https://crm.example/b', 7, 'CRM']);
  for (const url of ['ftp://crm.example', 'crm', 'https://user:pass@crm.example']) {
    await assert.rejects(around.gateway.updatePortal({ portalId: portal.id, url }, own), { code: 'invalid_argument' });
  }
  const tooOften = {
    portalId: portal.id,
    settings: { retentionHours: 49, batchEvents: 101, requestsPerMinute: 60_001 },
  };
  await assert.rejects(around.gateway.updatePortal(tooOften, own), (error: TrunklineError) => {
    assert.deepEqual(
      error.violations.map(({ field }) => field),
      ['settings.batch_events', 'settings.retention_hours', 'settings.requests_per_minute'],
    );
    return error.code === 'invalid_argument';
  });
  const once = { queueKind: PortalQueueKind.PORTAL_QUEUE_KIND_SEQUENTIAL_ONCE };
  const set = await around.gateway.updatePortal({ portalId: portal.id, settings: once }, own);
  assert.equal(set.settings?.queueKind, once.queueKind);
  const parallel = { queueKind: PortalQueueKind.PORTAL_QUEUE_KIND_PARALLEL_ONCE, parallelRequests: 16 };
  const spread = await around.gateway.updatePortal({ portalId: portal.id, settings: parallel }, own);
  assert.deepEqual([spread.settings?.queueKind, spread.settings?.parallelRequests], [parallel.queueKind, 16]);
  for (const parallelRequests of [1, 17]) {
    await assert.rejects(
      around.gateway.updatePortal({ portalId: portal.id, settings: { ...parallel, parallelRequests } }, own),
      ({ violations }: TrunklineError) => violations[0]?.field === 'settings.parallel_requests',
    );
  }
  const pulled = [once, parallel].map((settings) => ({ ...settings, primaryConsumer: 'crm' }));
  for (const wrong of [...pulled, { queueKind: 7 as PortalQueueKind }]) {
    await assert.rejects(
      around.gateway.updatePortal({ portalId: portal.id, settings: wrong }, own),
      ({ violations }: TrunklineError) => violations[0]?.field === 'settings.queue_kind',
    );
  }
  assert.equal((await around.gateway.switchPortal({ portalId: portal.id, isActive: false }, own)).isActive, false);
  assert.equal((await around.gateway.switchPortal({ portalId: portal.id, isActive: true }, own)).isActive, true);
  assert.equal((await around.gateway.listPortals({}, own)).portals.length, 2);
});

test('a portal that was left without a key gets it when the call is repeated, with the longest key too', async () => {
  const { own } = await company();
  const request = { idempotencyKey: 'k'.repeat(200), name: 'CRM', url: '' };
  around.sealer.failure = new TrunklineError('unavailable', 'the sealer is down');
  await assert.rejects(around.gateway.createPortal(request, own), { code: 'unavailable' });
  around.sealer.failure = new TrunklineError('failed_precondition', 'another key-encryption key', {
    remedy: 'Do this.',
  });
  const refused = { code: 'failed_precondition', remedy: 'Do this.' };
  await assert.rejects(
    around.gateway.createPortal(request, own),
    refused,
    'no key was made that could be shown before',
  );
  const { portal, licenceKey } = await around.gateway.createPortal(request, own);
  assert.equal(portal?.kids.length, 1);
  assert.match(licenceKey, /^tlk_/);
  // Much later the same request gives the same portal, and its key no more.
  around.sealer.failure = new TrunklineError('failed_precondition', 'shown before');
  assert.deepEqual(await around.gateway.createPortal(request, own), { portal, licenceKey: '' });
});

test('a line leads to a portal of its own tenant, and a channel follows its line', async () => {
  const at = await company();
  const { channel } = await channelOf(at);
  await until(() => around.seenByConnector.channel(connector, channel.id)?.portalId === at.portal.id);
  const { portal: other } = await around.gateway.createPortal({ ...key(), name: 'Other' }, at.own);
  await around.gateway.updateLine({ lineId: at.line.id, portalId: other?.id ?? '' }, at.own);
  await until(() => around.seenByConnector.channel(connector, channel.id)?.portalId === other?.id);
  await around.gateway.switchLine({ lineId: at.line.id, isActive: false }, at.own);
  await until(() => around.seenByConnector.channel(connector, channel.id)?.portalId === '');
  assert.equal((await around.gateway.getLine({ lineId: at.line.id }, at.own)).isActive, false);
  await assert.rejects(around.gateway.updateLine({ lineId: at.line.id, portalId: 'nobody' }, at.own), {
    code: 'not_found',
  });
});

test('an API key is shown once, kept as its hash, and revoked for ever', async () => {
  const { own, tenant } = await company();
  const request = { ...key(), name: 'Server' };
  const { apiKey, secret } = await around.gateway.createApiKey(request, own);
  assert.ok(apiKey && secret.startsWith(apiKey.prefix) && secret.length > 40);
  assert.deepEqual(await around.gateway.createApiKey(request, own), { apiKey, secret: '' });
  const document =
    (await around.collection(collections.directory.apiKeys).findOne({ _id: apiKey.id })) ?? assert.fail();
  assert.equal(JSON.stringify(document).includes(secret), false);
  const hash = Reflect.get(document, 'hash');
  await until(() => around.seenByGateway.apiKey(hash)?.tenantId === tenant.id);
  assert.deepEqual((await around.gateway.listApiKeys({}, own)).apiKeys, [apiKey]);
  const renamed = { ...apiKey, name: 'Server two' };
  assert.deepEqual(await around.gateway.updateApiKey({ apiKeyId: apiKey.id, name: 'Server two' }, own), renamed);
  assert.deepEqual(await around.gateway.getApiKey({ apiKeyId: apiKey.id }, own), renamed);
  const { own: stranger } = await company();
  await assert.rejects(around.gateway.getApiKey({ apiKeyId: apiKey.id }, stranger), { code: 'not_found' });
  await assert.rejects(around.gateway.updateApiKey({ apiKeyId: apiKey.id, name: 'Stolen' }, stranger), {
    code: 'not_found',
  });
  await assert.rejects(around.gateway.updateApiKey({ apiKeyId: apiKey.id, name: ' ' }, own), {
    code: 'invalid_argument',
  });
  assert.equal((await around.gateway.revokeApiKey({ apiKeyId: apiKey.id }, own)).isActive, false);
  await until(() => around.seenByGateway.apiKey(hash)?.isActive === false);
});

test('lists come page by page, in the order of ids', async () => {
  const { own, line } = await company();
  const made = [line];
  for (const name of ['b', 'c', 'd', 'e']) made.push(await around.gateway.createLine({ ...key(), name }, own));
  const pages: string[][] = [];
  for (let pageToken = ''; ; ) {
    const page = await around.gateway.listLines({ pageSize: 2, pageToken }, own);
    pages.push(page.lines.map(({ id }) => id));
    pageToken = page.nextPageToken;
    if (pageToken === '') break;
  }
  assert.deepEqual(
    pages.map(({ length }) => length),
    [2, 2, 1],
  );
  assert.deepEqual(pages.flat(), made.map(({ id }) => id).toSorted());
  await assert.rejects(around.gateway.listLines({ pageSize: 1_001 }, own), { code: 'invalid_argument' });
  await assert.rejects(around.gateway.listLines({ pageToken: 'nonsense' }, own), { code: 'invalid_argument' });
});

test('a connector tells about itself and about no other', async () => {
  const { connectors } = await around.gateway.listConnectors({}, everybody);
  assert.deepEqual(connectors, [told]);
  await assert.rejects(around.gateway.listConnectors({ pageSize: 1_001 }, everybody), { code: 'invalid_argument' });
  const stranger = { connector: { ...told, name: 'viber' } };
  await assert.rejects(around.asConnector.registerConnector(stranger), { code: 'permission_denied' });
  await assert.rejects(around.gateway.registerConnector({ connector: told }, everybody), { code: 'permission_denied' });
  await until(() => around.seenByConnector.connector(connector)?.title === 'Telegram');
});

test('what changed while the directory was away is in the bucket after its start', async () => {
  const at = await company();
  const { channel } = await channelOf(at);
  await until(() => around.seenByConnector.channel(connector, channel.id));
  const channels = around.collection(collections.directory.channels);
  await around.restart(async () => {
    await channels.deleteOne({ _id: channel.id });
    await around
      .collection(collections.directory.tenants)
      .updateOne({ _id: at.tenant.id }, { $set: { isActive: false } });
  });
  await until(() => around.seenByConnector.channel(connector, channel.id) === undefined);
  await until(() => around.seenByGateway.tenant(at.tenant.id)?.isActive === false);
  const { channel: later } = await channelOf(await company());
  await until(() => around.seenByConnector.channel(connector, later.id));
});
