import { type ChannelAccess, ConnectorError } from '@trunkline/adapter-kit';
import type { Settings } from '../settings.ts';

/** A channel as the host gives it, without a host; its secrets may change. */
export function channelWith(
  secrets: Readonly<Record<string, string>>,
  more: Partial<Settings> & { readonly id?: string; readonly tenantId?: string } = {},
): ChannelAccess<Settings> {
  const {
    id = '11111111-1111-5111-8111-111111111111',
    tenantId = '22222222-2222-5222-8222-222222222222',
    ...set
  } = more;
  return {
    ...{ id, tenantId, connector: 'network', accountId: id, name: 'Sales, inside name' },
    settings: { publicName: 'Shop', isOpen: true, codeNumber: 1, refused: [], ...set },
    secret: (name) => secrets[name] || missing(),
    optionalSecret: (name) => secrets[name],
  };
}

function missing(): never {
  throw new ConnectorError('auth_revoked', 'the secret is absent');
}
