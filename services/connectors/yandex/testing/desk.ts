import { type ChannelAccess, ConnectorError } from '@trunkline/adapter-kit';
import { SendOrder } from '@trunkline/contracts';
import { type Settings, settings } from '../settings.ts';

/** A channel as the host gives it, without a host. */
export function channelFor(apiUrl: string, token: string, hookSecret?: string): ChannelAccess<Settings> {
  const secrets: Record<string, string | undefined> = { token, hookSecret };
  return {
    id: '11111111-1111-5111-8111-111111111111',
    tenantId: '22222222-2222-5222-8222-222222222222',
    connector: 'yandex',
    accountId: 'c5e1f7a0-bot',
    name: 'Sales',
    settings: settings.parse({ apiUrl, pollSeconds: 1 }),
    secret: (name) => secrets[name] ?? missing(),
    optionalSecret: (name) => secrets[name],
  };
}

function missing(): never {
  throw new ConnectorError('auth_revoked', 'the secret is absent');
}

/** An order to do something in a conversation, as protobuf's JSON. */
export function orderTo(platformId: string, action: object, conversation: object = {}): SendOrder {
  return SendOrder.fromJSON({
    message: { id: '0b5e6c1e-8a54-5f1c-9d55-000000000001', ...action },
    conversation: { platformId, kind: 'CONVERSATION_KIND_PRIVATE', ...conversation },
    parts: 1,
  });
}

/** An order to write a text, with more of its message. */
export function textTo(platformId: string, more: object = {}): SendOrder {
  return orderTo(platformId, { message: { content: { text: { plain: 'hello' } }, ...more } });
}
