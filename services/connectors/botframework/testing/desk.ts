import { type ChannelAccess, ConnectorError } from '@trunkline/adapter-kit';
import { SendOrder } from '@trunkline/contracts';
import { type Settings, settings } from '../settings.ts';

export const appId = '3f7c1f0e-5a0b-4a7e-9a3f-2b6c9d1e4f50';

/** A channel as the host gives it, without a host. */
export function channelFor(
  secrets: Readonly<Record<string, string | undefined>>,
  more: Partial<Settings> = {},
): ChannelAccess<Settings> {
  return {
    id: '11111111-1111-5111-8111-111111111111',
    tenantId: '22222222-2222-5222-8222-222222222222',
    connector: 'botframework',
    accountId: appId,
    name: 'Sales',
    settings: settings.parse({ appId, botName: 'ShopBot', ...more }),
    secret: (name) => secrets[name] ?? missing(),
    optionalSecret: (name) => secrets[name],
  };
}

function missing(): never {
  throw new ConnectorError('auth_revoked', 'the secret is absent');
}

/** An order to do something in a conversation, as protobuf's JSON. */
export function orderTo(conversation: object, action: object): SendOrder {
  const id = '0b5e6c1e-8a54-5f1c-9d55-000000000001';
  return SendOrder.fromJSON({ message: { id, ...action }, conversation, parts: 1 });
}

/** An order to write a text, with more of its message. */
export function textTo(conversation: object, more: object = {}): SendOrder {
  return orderTo(conversation, { message: { content: { text: { plain: 'hello' } }, ...more } });
}
