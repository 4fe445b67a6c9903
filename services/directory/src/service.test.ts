import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';
import { ChannelState, collections } from '@trunkline/contracts';
import { TrunklineError } from '@trunkline/runtime';
import { until } from '@trunkline/testkit';
import type { ChannelDocument } from './store/documents.ts';
import { connector, type Surroundings, startSurroundings, told } from './testing/surroundings.ts';

let around: Surroundings;
before(async () => {
  around = await startSurroundings();
  await around.asConnector.registerConnector({ connector: told });
});
after(async () => {
  await around?.[Symbol.asyncDispose]();
});

const everybody = { tenant: '*' };
const key = () => ({ idempotencyKey: randomUUID() });

/** A tenant with a portal and a line; each test has its own. */
async function company() {
  const tenant = await around.gateway.createTenant({ ...key(), name: 'Shop' }, everybody);
  const own = { tenant: tenant.id };
  const { portal } = await around.gateway.createPortal({ ...key(), name: 'CRM', url: 'https://crm.example/in' }, own);
  const line = await around.gateway.createLine({ ...key(), name: 'Questions', portalId: portal?.id ?? '' }, own);
  return { tenant, own, portal: portal ?? assert.fail(), line };
}

/** An account of the platform, with its token. */
function account(id: string = randomUUID()) {
  const token = `token of ${id} ${randomUUID()}`;
  around.platform.accounts.set(token, id);
  return { id, token };
}

async function channelOf(at: Awaited<ReturnType<typeof company>>, token = account().token) {
  const request = { ...key(), connector, name: 'Bot', lineId: at.line.id, secrets: { token } };
  return { request, channel: await around.gateway.createChannel(request, at.own) };
}

async function stored(channelId: string): Promise<ChannelDocument> {
  const found = await around.collection(collections.directory.channels).findOne({ _id: channelId });
  return (found as ChannelDocument | null) ?? assert.fail('the channel is not stored');
}

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
  const tooOften = { portalId: portal.id, settings: { retentionHours: 49, batchEvents: 101 } };
  await assert.rejects(around.gateway.updatePortal(tooOften, own), (error: TrunklineError) => {
    assert.deepEqual(
      error.violations.map(({ field }) => field),
      ['settings.batch_events', 'settings.retention_hours'],
    );
    return error.code === 'invalid_argument';
  });
  assert.equal((await around.gateway.switchPortal({ portalId: portal.id, isActive: false }, own)).isActive, false);
  assert.equal((await around.gateway.switchPortal({ portalId: portal.id, isActive: true }, own)).isActive, true);
  assert.equal((await around.gateway.listPortals({}, own)).portals.length, 2);
});

test('a portal that was left without a key gets it when the call is repeated, with the longest key too', async () => {
  const { own } = await company();
  const request = { idempotencyKey: 'k'.repeat(200), name: 'CRM', url: '' };
  around.sealer.failure = new TrunklineError('unavailable', 'the sealer is down');
  await assert.rejects(around.gateway.createPortal(request, own), { code: 'unavailable' });
  const { portal, licenceKey } = await around.gateway.createPortal(request, own);
  assert.deepEqual(portal?.kids, [`kid of ${portal?.id}`]);
  assert.ok(licenceKey);
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

test('a channel is connected: hook written, secrets sealed in the store and masked in every answer', async () => {
  const at = await company();
  const { id, token } = account();
  const { request, channel } = await channelOf(at, token);
  const hookUrl = `https://hub.example/hooks/telegram/${channel.id}`;
  assert.deepEqual(
    [channel.accountId, channel.state, channel.hookUrl, channel.secrets],
    [id, ChannelState.CHANNEL_STATE_OK, hookUrl, { token: 'present', hookSecret: 'present' }],
  );
  assert.equal(around.platform.hooks.get(id), hookUrl);
  assert.deepEqual(await around.gateway.createChannel(request, at.own), channel);
  const document = await stored(channel.id);
  const { hookSecret } = around.opened(document.sealedSecrets);
  const listed = await around.gateway.listChannels({}, at.own);
  for (const told of [document, channel, listed, await around.gateway.getChannel({ channelId: channel.id }, at.own)]) {
    assert.equal(JSON.stringify(told).includes(token), false);
    assert.equal(JSON.stringify(told).includes(hookSecret ?? 'absent'), false);
  }
  const entry = await until(() => {
    const found = around.seenByConnector.channel(connector, channel.id);
    return found?.revision === document.revision && found;
  });
  assert.equal(around.opened(entry.sealedSecrets).token, token);
});

test('an account that is connected already is refused everywhere, and the first channel keeps its hook', async () => {
  const [first, second] = [await company(), await company()];
  const { id, token } = account();
  const { channel } = await channelOf(first, token);
  const hook = around.platform.hooks.get(id);
  for (const at of [first, second]) {
    await assert.rejects(channelOf(at, token), { code: 'already_exists' });
    assert.equal(around.platform.hooks.get(id), hook);
  }
  assert.deepEqual((await around.gateway.listChannels({}, second.own)).channels, []);
  assert.equal((await around.gateway.getChannel({ channelId: channel.id }, first.own)).accountId, id);
});

test('a channel that was left before it had its account has no entry, and deleting it leaves the hook of the one that has', async () => {
  const [first, second] = [await company(), await company()];
  const { id, token } = account();
  const { channel } = await channelOf(first, token);
  const hook = around.platform.hooks.get(id);
  // As after a crash right behind the first write.
  const { accountId: _, ...left } = await stored(channel.id);
  const abandoned = { ...left, _id: randomUUID(), tenantId: second.tenant.id, state: 'connecting' as const };
  await around.collection(collections.directory.channels).insertOne(abandoned);
  const { channel: later } = await channelOf(second);
  await until(() => around.seenByConnector.channel(connector, later.id));
  assert.equal(around.seenByConnector.channel(connector, abandoned._id), undefined);
  await around.gateway.deleteChannel({ channelId: abandoned._id }, second.own);
  assert.equal(around.platform.hooks.get(id), hook);
});

test('a channel that could not be connected is not kept, unless its hook may be written', async () => {
  const at = await company();
  await assert.rejects(channelOf(at, 'a wrong token'), {
    code: 'auth_revoked',
    publicMessage: 'The token is not valid.',
  });
  assert.deepEqual((await around.gateway.listChannels({}, at.own)).channels, []);

  const { id, token } = account();
  const request = { ...key(), connector, name: 'Bot', lineId: at.line.id, secrets: { token } };
  around.platform.failing.set('connect', new TrunklineError('deadline_exceeded', 'no answer'));
  await assert.rejects(around.gateway.createChannel(request, at.own), { code: 'deadline_exceeded' });
  const { channels } = await around.gateway.listChannels({}, at.own);
  assert.deepEqual(
    channels.map(({ state, accountId }) => [state, accountId]),
    [[0, id]],
  );
  const channel = await around.gateway.createChannel(request, at.own);
  assert.deepEqual([channel.id, channel.state], [channels[0]?.id, ChannelState.CHANNEL_STATE_OK]);
});

test('the same creation twice at once is one channel', async () => {
  const at = await company();
  const request = { ...key(), connector, name: 'Bot', lineId: at.line.id, secrets: { token: account().token } };
  const twice = await Promise.allSettled([1, 2, 3, 4].map(() => around.gateway.createChannel(request, at.own)));
  for (const each of twice) if (each.status === 'rejected') assert.equal(each.reason.code, 'aborted');
  const { channels } = await around.gateway.listChannels({}, at.own);
  assert.deepEqual(
    channels.map(({ state }) => state),
    [ChannelState.CHANNEL_STATE_OK],
  );
});

test('an update keeps the secrets that it does not name, and never makes a channel another account’s', async () => {
  const [at, others] = [await company(), await company()];
  const { id, token } = account();
  const { channel } = await channelOf(at, token);
  const before = await stored(channel.id);
  const { hookSecret } = around.opened(before.sealedSecrets);

  const renamed = await around.gateway.updateChannel({ channelId: channel.id, name: 'New' }, at.own);
  assert.deepEqual([renamed.name, (await stored(channel.id)).revision], ['New', before.revision]);

  const newToken = account(id).token;
  const settingsJson = '{ "isBusy": true }';
  const change = { channelId: channel.id, settingsJson, secrets: { token: newToken } };
  const changed = await around.gateway.updateChannel(change, at.own);
  assert.equal(changed.settingsJson, '{"isBusy":true}');
  assert.deepEqual(around.opened((await stored(channel.id)).sealedSecrets), { token: newToken, hookSecret });
  await around.gateway.reconnectChannel({ channelId: channel.id }, at.own);
  const kept = await stored(channel.id);
  assert.deepEqual(around.opened(kept.sealedSecrets), { token: newToken, hookSecret });

  const { token: taken } = account();
  await channelOf(others, taken);
  for (const foreign of [taken, account().token]) {
    const order = { channelId: channel.id, name: 'Stolen', secrets: { token: foreign } };
    await assert.rejects(around.gateway.updateChannel(order, at.own), { code: 'failed_precondition' });
  }
  const wrong = { channelId: channel.id, secrets: { token: 'wrong' } };
  await assert.rejects(around.gateway.updateChannel(wrong, at.own), { code: 'auth_revoked' });
  assert.deepEqual(await stored(channel.id), kept);
});

test('a hook that could not be written again shows in the state until it is', async () => {
  const at = await company();
  const { channel } = await channelOf(at);
  const publicMessage = 'The platform says no.';
  around.platform.failing.set('connect', new TrunklineError('permission', publicMessage, { publicMessage }));
  await assert.rejects(around.gateway.reconnectChannel({ channelId: channel.id }, at.own), { publicMessage });
  const told = await around.gateway.getChannel({ channelId: channel.id }, at.own);
  assert.deepEqual([told.state, told.stateReason], [ChannelState.CHANNEL_STATE_DEGRADED, publicMessage]);
  const again = await around.gateway.reconnectChannel({ channelId: channel.id }, at.own);
  assert.deepEqual([again.state, again.stateReason], [ChannelState.CHANNEL_STATE_OK, '']);
});

test('secrets and settings that no connector asks for are refused', async () => {
  const at = await company();
  const { token } = account();
  const request = () => ({ ...key(), connector, name: 'Bot', lineId: at.line.id, secrets: { token } });
  const refused = { code: 'invalid_argument' };
  const { gateway } = around;
  await assert.rejects(gateway.createChannel({ ...request(), secrets: { hookSecret: 'mine' } }, at.own), refused);
  await assert.rejects(gateway.createChannel({ ...request(), settingsJson: '[]' }, at.own), refused);
  await assert.rejects(gateway.createChannel({ ...request(), connector: 'smoke' }, at.own), refused);
  await assert.rejects(gateway.createChannel({ ...request(), lineId: '' }, at.own), refused);
  await assert.rejects(gateway.createChannel({ ...request(), lineId: 'none' }, at.own), { code: 'not_found' });
});

test('a channel is switched off and on, and deleted only without conversations', async () => {
  const at = await company();
  const { id, token } = account();
  const { channel } = await channelOf(at, token);
  const { gateway } = around;
  const off = await gateway.switchChannel({ channelId: channel.id, isActive: false }, at.own);
  assert.deepEqual([off.isActive, off.state], [false, ChannelState.CHANNEL_STATE_OFF]);
  await until(() => around.seenByConnector.channel(connector, channel.id)?.isActive === false);
  const on = await gateway.switchChannel({ channelId: channel.id, isActive: true }, at.own);
  assert.equal(on.state, ChannelState.CHANNEL_STATE_OK);

  around.withConversations.add(channel.id);
  const order = { channelId: channel.id };
  await assert.rejects(gateway.deleteChannel(order, at.own), { code: 'failed_precondition' });
  assert.ok(around.platform.hooks.has(id));
  around.withConversations.delete(channel.id);
  around.platform.failing.set('disconnect', new TrunklineError('transient', 'not now'));
  await assert.rejects(gateway.deleteChannel(order, at.own), { code: 'transient' });
  await gateway.deleteChannel(order, at.own);
  assert.equal(around.platform.hooks.has(id), false);
  await until(() => around.seenByConnector.channel(connector, channel.id) === undefined);
  await assert.rejects(gateway.deleteChannel(order, at.own), { code: 'not_found' });
});

test('a channel whose token is no longer taken can still be deleted', async () => {
  const at = await company();
  const { token } = account();
  const { channel } = await channelOf(at, token);
  around.platform.accounts.delete(token);
  await around.gateway.deleteChannel({ channelId: channel.id }, at.own);
  assert.deepEqual((await around.gateway.listChannels({}, at.own)).channels, []);
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
