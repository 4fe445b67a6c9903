import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { ChannelState } from '@trunkline/contracts';
import { until } from '@trunkline/testkit';
import { channelIn, companyIn, storedIn } from './testing/company.ts';
import { connector, type Surroundings, startSurroundings, told } from './testing/surroundings.ts';

let around: Surroundings;
before(async () => {
  around = await startSurroundings();
  await around.asConnector.registerConnector({ connector: told });
});
after(async () => {
  await around?.[Symbol.asyncDispose]();
});

const { CHANNEL_STATE_NEEDS_SIGN_IN: signIn, CHANNEL_STATE_OK: ok } = ChannelState;

test('what a connector tells of its channel is shown, published, and ended by signing in again', async () => {
  const at = await companyIn(around);
  const { channel } = await channelIn(around, at);
  const { revision } = await storedIn(around, channel.id);
  const report = { channelId: channel.id, revision, state: signIn, reason: 'The token was revoked.' };
  const first = await around.asConnector.reportHealth(report);
  assert.deepEqual(first, { state: signIn, reason: 'The token was revoked.', stateNumber: 1 });
  assert.equal((await around.asConnector.reportHealth(report)).stateNumber, 1, 'told twice it is one change');
  const shown = await around.gateway.getChannel({ channelId: channel.id }, at.own);
  assert.deepEqual([shown.state, shown.stateReason], [signIn, 'The token was revoked.']);
  assert.ok(shown.stateAt);
  await until(() => around.seenByConnector.channel(connector, channel.id)?.state === signIn);
  const again = await around.gateway.reconnectChannel({ channelId: channel.id }, at.own);
  assert.equal(again.state, ok);
  await until(() => around.seenByConnector.channel(connector, channel.id)?.state === ok);
  const late = await around.asConnector.reportHealth(report);
  assert.equal(late.state, ok, 'what is said of the former token does not count');
});

test('a renewed secret is kept sealed beside the others, and reaches the connector', async () => {
  const at = await companyIn(around);
  const { channel } = await channelIn(around, at);
  const before = await storedIn(around, channel.id);
  const tokenEndsAt = new Date(Date.now() + 60 * 24 * 60 * 60 * 1_000);
  const report = {
    channelId: channel.id,
    revision: before.revision,
    state: ok,
    tokenEndsAt,
    secrets: { token: 'new' },
  };
  await around.asConnector.reportHealth(report);
  const { sealedSecrets, revision } = await storedIn(around, channel.id);
  const { hookSecret } = around.opened(before.sealedSecrets);
  assert.deepEqual([around.opened(sealedSecrets), revision], [{ token: 'new', hookSecret }, before.revision + 1]);
  const shown = await around.gateway.getChannel({ channelId: channel.id }, at.own);
  assert.deepEqual([shown.tokenEndsAt, shown.secrets.token], [tokenEndsAt, 'present']);
  await around.asConnector.reportHealth({ ...report, secrets: { token: 'older' } });
  assert.equal(around.opened((await storedIn(around, channel.id)).sealedSecrets).token, 'new');
});
