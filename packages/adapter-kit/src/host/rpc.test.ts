import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Capabilities, ChannelState, PlatformTemplate } from '@trunkline/contracts';
import { type CallContext, everyTenant } from '@trunkline/runtime';
import { createMemoryTools } from '@trunkline/testkit';
import { z } from 'zod';
import { type Connector, defineConnector } from '../connector.ts';
import { ConnectorError } from '../connector-error.ts';
import { openChannel } from './channels.ts';
import { connectorMethods } from './rpc.ts';

const base = { title: 'Sample', secretNames: ['token'], capabilities: Capabilities.fromPartial({}) };
const settings = z.object({ apiUrl: z.url() });
const asked = {
  tenantId: 't1',
  channelId: 'c1',
  settingsJson: '{"apiUrl":"https://api.example"}',
  secrets: { token: 'right' },
  hookUrl: '',
  revision: 2,
};
const place = { tenantId: 't1', connector: 'sample', accountId: '7', name: 'Sales' };
const context: CallContext = {
  ...{ caller: 'directory', tenantScope: everyTenant, traceparent: undefined, deadlineAtMs: undefined },
  signal: new AbortController().signal,
};

/** Channels that were waited for. */
const waitedFor: string[] = [];
const untilKnown = async (channelId: string, revision: number) => {
  waitedFor.push(`${channelId} ${revision}`);
};

/** One channel that is on: "c1". */
const channels = {
  find: (id: string) =>
    id === 'c1'
      ? openChannel({ ...base, settings } as Connector, { ...place, ...asked, id }, asked.secrets)
      : undefined,
};

/** Channels with the same shared address of the hook. */
const shared = (key: string) => (key === 'app-1' ? ['c1', 'c2'] : []);

function methodsOf(more: Partial<Connector<z.output<typeof settings>>>) {
  const connector = defineConnector({ ...base, settings, ...more }) as unknown as Connector;
  return connectorMethods({
    name: 'sample',
    connector,
    toolsOf: () => createMemoryTools(),
    channels,
    shared,
    untilKnown,
    bodyOf: async () => undefined,
  });
}

test('a channel that goes hears whether others need the address of its hook', async () => {
  const heard: boolean[] = [];
  const going = (hook: Partial<Connector<z.output<typeof settings>>>) =>
    methodsOf({ ...hook, disconnect: async (_channel, _tools, around) => void heard.push(around.isLastAtHook) });
  const hookWith = (key: string) => ({
    hook: {
      verify: () => true,
      parse: () => [],
      shared: { key: () => key, accounts: () => [], divide: () => () => undefined },
    },
  });
  await going(hookWith('app-1')).disconnect(asked, context);
  await going(hookWith('app-2')).disconnect(asked, context);
  await going({}).disconnect(asked, context);
  assert.deepEqual(heard, [false, true, true]);
});

test('connecting tells the account, keeps the secrets that were made, and says whether there is a public address', async () => {
  const hooks: (string | undefined)[] = [];
  const { connect } = methodsOf({
    connect: async (channel, hookUrl) => {
      hooks.push(hookUrl);
      const secrets = { hookSecret: `of ${channel.secret('token')}` };
      return { accountId: '7', accountName: channel.settings.apiUrl, secrets, warnings: ['look'] };
    },
  });
  const connected = await connect({ ...asked, hookUrl: 'https://hub.example/hooks/sample/c1' }, context);
  assert.deepEqual(connected, {
    ...{ accountId: '7', accountName: 'https://api.example', warnings: ['look'] },
    secrets: { hookSecret: 'of right' },
  });
  assert.deepEqual(waitedFor, ['c1 2'], 'the platform may call while it is being connected');
  await connect({ ...asked, hookUrl: 'sample' }, context);
  assert.deepEqual(hooks, ['https://hub.example/hooks/sample/c1', undefined]);
});

test('a channel without an account elsewhere is its own account', async () => {
  const { identify, connect } = methodsOf({});
  assert.equal((await identify(asked, context)).accountId, 'c1');
  assert.equal((await connect(asked, context)).accountId, 'c1');
});

test('who connects an account is told, for platforms where one account serves several companies', async () => {
  const tenantOf = async ({ tenantId }: { readonly tenantId: string }) => {
    return { accountId: `of ${tenantId}`, accountName: '' };
  };
  const { identify, connect } = methodsOf({ identify: tenantOf, connect: tenantOf });
  const told = [await identify(asked, context), await connect(asked, context)];
  assert.deepEqual(
    told.map(({ accountId }) => accountId),
    ['of t1', 'of t1'],
  );
});

test('settings that do not fit are refused by name; what the platform says reaches the person', async () => {
  const { connect, probe } = methodsOf({
    connect: async () => {
      throw new ConnectorError('auth_revoked', 'the token was revoked');
    },
    probe: async () => {
      throw new ConnectorError('unknown_outcome', 'no answer came');
    },
  });
  for (const settingsJson of ['{}', 'no json', '{"apiUrl":"x"}']) {
    await assert.rejects(connect({ ...asked, settingsJson }, context), { code: 'invalid_argument' });
  }
  await assert.rejects(connect({ ...asked, channelId: '' }, context), { code: 'invalid_argument' });
  await assert.rejects(connect(asked, context), { code: 'auth_revoked', publicMessage: 'the token was revoked' });
  await assert.rejects(probe(asked, context), { code: 'transient' });
});

test('a probe tells the state; a missing secret is told, and without a probe nothing is known to be wrong', async () => {
  const { probe } = methodsOf({ probe: async () => ({ state: 'banned', reason: 'spam' }) });
  assert.deepEqual(await probe(asked, context), { state: ChannelState.CHANNEL_STATE_BANNED, reason: 'spam' });
  assert.equal((await methodsOf({}).probe(asked, context)).state, ChannelState.CHANNEL_STATE_OK);
  const { identify } = methodsOf({
    identify: async (channel) => ({ accountId: channel.secret('other'), accountName: '' }),
  });
  await assert.rejects(identify(asked, context), { code: 'auth_revoked' });
});

const app = {
  signInId: 's1',
  settingsJson: asked.settingsJson,
  secrets: { appSecret: 'a' },
  redirectUrl: 'https://hub',
};

test('signing in gives an address, and for the answer the accounts with what each needs', async () => {
  const { authorizeUrl, listAccounts } = methodsOf({
    oauth: {
      authorizeUrl: ({ state, codeChallenge }, { settings }) => `${settings.apiUrl}?${state}&${codeChallenge}`,
      accounts: async ({ query, codeVerifier }, channel) => {
        if (query.code !== 'good') throw new ConnectorError('permission', 'the right to read messages was refused');
        const secrets = { pageToken: `${codeVerifier} ${channel.secret('appSecret')}` };
        return [{ accountId: '1', accountName: 'Page', secrets, settings: { apiUrl: 'https://page' } }];
      },
    },
  });
  const { url } = await authorizeUrl({ ...app, state: 'S', codeChallenge: 'C' }, context);
  assert.equal(url, 'https://api.example?S&C');
  const { accounts } = await listAccounts({ ...app, codeVerifier: 'V', query: { code: 'good' } }, context);
  assert.deepEqual(accounts, [
    {
      ...{ accountId: '1', accountName: 'Page', warning: '', secrets: { pageToken: 'V a' } },
      settingsJson: '{"apiUrl":"https://page"}',
    },
  ]);
  await assert.rejects(async () => await listAccounts({ ...app, codeVerifier: 'V', query: {} }, context), {
    code: 'permission',
    publicMessage: 'the right to read messages was refused',
  });
});

test('templates and numbers are asked of a channel that is on; what a messenger cannot do is said', async () => {
  const { fetchTemplates, findNumbers } = methodsOf({
    templates: async ({ accountId }) => [PlatformTemplate.fromPartial({ name: `of ${accountId}` })],
    checkNumbers: async (phones) => phones.map((phone) => (phone === '+2' ? { phone } : { phone, platformId: 'p' })),
  });
  const { templates } = await fetchTemplates({ channelId: 'c1' }, context);
  assert.equal(templates?.[0]?.name, 'of 7');
  const { numbers } = await findNumbers({ channelId: 'c1', phones: ['+1', '+2'] }, context);
  assert.deepEqual(numbers, [{ phone: '+1', platformId: 'p' }]);
  await assert.rejects(async () => await fetchTemplates({ channelId: 'off' }, context), {
    code: 'failed_precondition',
  });
  const { fetchTemplates: none } = methodsOf({});
  await assert.rejects(async () => await none({ channelId: 'c1' }, context), { code: 'unsupported' });
});
