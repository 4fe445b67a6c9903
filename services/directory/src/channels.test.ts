import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';
import { ChannelState, collections } from '@trunkline/contracts';
import { TrunklineError } from '@trunkline/runtime';
import { until } from '@trunkline/testkit';
import { accountIn, channelIn, companyIn, key, storedIn } from './testing/company.ts';
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
const account = (id?: string) => accountIn(around, id);
const channelOf = (at: Awaited<ReturnType<typeof company>>, token?: string) => channelIn(around, at, token);
const stored = (channelId: string) => storedIn(around, channelId);

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
  assert.equal(around.platform.tenants.get(id), channel.tenantId);
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

test('what the handshake needs is kept before the account is connected, and stays', async () => {
  const at = await company();
  const { id, token } = account();
  around.platform.handshakes.set(id, 'a word');
  const { channel } = await channelOf(at, token);
  assert.deepEqual(channel.secrets, { token: 'present', word: 'present', hookSecret: 'present' });
  assert.equal(around.opened((await stored(channel.id)).sealedSecrets).word, 'a word');
  const again = await around.gateway.reconnectChannel({ channelId: channel.id }, at.own);
  assert.equal(again.state, ChannelState.CHANNEL_STATE_OK);
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
