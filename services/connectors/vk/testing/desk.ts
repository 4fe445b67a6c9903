import { type ChannelAccess, ConnectorError } from '@trunkline/adapter-kit';
import { type Settings, settings } from '../settings.ts';

/** A channel as the host gives it, without a host. */
export function channelFor(
  apiUrl: string,
  secrets: Readonly<Record<string, string | undefined>>,
  more: Partial<Settings> = {},
): ChannelAccess<Settings> {
  return {
    id: '11111111-1111-5111-8111-111111111111',
    tenantId: '22222222-2222-5222-8222-222222222222',
    connector: 'vk',
    accountId: '123',
    name: 'Sales',
    settings: settings.parse({ apiUrl, pollTimeoutSeconds: 1, ...more }),
    secret: (name) => secrets[name] ?? missing(),
    optionalSecret: (name) => secrets[name],
  };
}

function missing(): never {
  throw new ConnectorError('auth_revoked', 'the secret is absent');
}
