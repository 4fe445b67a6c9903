import { join } from 'node:path';
import type { ChannelAccess } from '@trunkline/adapter-kit';
import { runConnectorSuite } from '@trunkline/testkit';
import connector from './index.ts';
import { type Settings, settings } from './settings.ts';

const secrets: Record<string, string> = { token: 'token-of-the-fixtures', hookSecret: 'secret-of-the-fixtures' };

const channel: ChannelAccess<Settings> = {
  id: '11111111-1111-5111-8111-111111111111',
  tenantId: '22222222-2222-5222-8222-222222222222',
  connector: '__name__',
  accountId: 'account',
  name: 'Sales',
  settings: settings.parse({}),
  secret: (name) => secrets[name] ?? '',
  optionalSecret: (name) => secrets[name],
};

runConnectorSuite({
  connector,
  fixturesFolder: join(import.meta.dirname, 'fixtures'),
  channel,
  secrets: Object.values(secrets),
  platform: () => ({ status: 200, body: { id: 'p-1' } }),
});
