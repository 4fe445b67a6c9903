import { type ChannelAccess, ConnectorError } from '@trunkline/adapter-kit';
import { type Settings, settings } from '../settings.ts';

/** A channel as the host gives it, without a host. */
export function channelFor(apiUrl: string, token: string, more: Partial<Settings> = {}): ChannelAccess<Settings> {
  const secrets: Record<string, string | undefined> = { token };
  return {
    id: '11111111-1111-5111-8111-111111111111',
    tenantId: '22222222-2222-5222-8222-222222222222',
    connector: 'viber',
    accountId: 'pa:5812661846655238145',
    name: 'Sales',
    settings: settings.parse({ apiUrl, ...more }),
    secret: (name) => secrets[name] ?? missing(),
    optionalSecret: (name) => secrets[name],
  };
}

function missing(): never {
  throw new ConnectorError('auth_revoked', 'the secret is absent');
}
