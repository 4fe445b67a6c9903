import { appSecretProof, type ChannelAccess, ConnectorError } from '@trunkline/adapter-kit';
import { type Settings, settings } from '../settings.ts';

export const accountId = '17841400000000000';
export const appId = '990011223344';
export const appSecret = 'app-secret-1';
export const token = 'IGAAtoken-that-must-not-be-told';

/** A channel as the host gives it, without a host. */
export function channelFor(
  apiUrl = 'https://graph.instagram.com',
  secrets: Readonly<Record<string, string>> = { token, appSecret },
  more: Partial<Settings> = {},
): ChannelAccess<Settings> {
  const absent = () => {
    throw new ConnectorError('auth_revoked', 'the secret is absent');
  };
  return {
    id: '11111111-1111-5111-8111-111111111111',
    tenantId: '22222222-2222-5222-8222-222222222222',
    connector: 'instagram',
    accountId,
    name: 'Sales',
    settings: settings.parse({ apiUrl, appId, appsUrl: apiUrl, signInUrl: apiUrl, tokenUrl: apiUrl, ...more }),
    secret: (name) => secrets[name] ?? absent(),
    optionalSecret: (name) => secrets[name],
  };
}

/** A platform that takes everything. */
export function takesAll({ url }: { readonly url: string }) {
  return { status: 200, body: { success: true, ...answers[new URL(url).pathname.split('/').at(-1) ?? ''] } };
}

const answers: Readonly<Record<string, object>> = {
  messages: { recipient_id: '998877665544', message_id: 'aWdfNEW' },
  replies: { id: '17870913679150099' },
};

interface Request {
  readonly method: string;
  readonly url: string;
  readonly body?: unknown;
}

/** Requests as the fixtures show them: below the version, with the proof or not. */
export function shown(requests: readonly Request[]): unknown {
  return requests.map(({ method, url, body }) => {
    const { pathname, searchParams } = new URL(url);
    const isProved = searchParams.get('appsecret_proof') === appSecretProof(token, appSecret);
    const call = { method, path: pathname.replace(/^\/v[\d.]+/, ''), isProved };
    return { ...call, body: typeof body === 'string' ? JSON.parse(body) : null };
  });
}
