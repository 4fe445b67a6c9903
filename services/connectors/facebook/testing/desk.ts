import { appSecretProof, type ChannelAccess, ConnectorError } from '@trunkline/adapter-kit';
import { type Settings, settings } from '../settings.ts';

export const pageId = '1020304050';
export const appId = '774411220033';
export const appSecret = 'app-secret-1';
export const token = 'EAAtoken-that-must-not-be-told';

/** A channel as the host gives it, without a host. */
export function channelFor(
  apiUrl = 'https://graph.facebook.com',
  secrets: Readonly<Record<string, string>> = { token, appSecret },
): ChannelAccess<Settings> {
  const absent = () => {
    throw new ConnectorError('auth_revoked', 'the secret is absent');
  };
  return {
    id: '11111111-1111-5111-8111-111111111111',
    tenantId: '22222222-2222-5222-8222-222222222222',
    connector: 'facebook',
    accountId: pageId,
    name: 'Sales',
    settings: settings.parse({ apiUrl, appId, signInUrl: apiUrl }),
    secret: (name) => secrets[name] ?? absent(),
    optionalSecret: (name) => secrets[name],
  };
}

/** A platform that takes everything. */
export function takesAll({ url }: { readonly url: string }) {
  return { status: 200, body: { success: true, ...answers[new URL(url).pathname.split('/').at(-1) ?? ''] } };
}

const answers: Readonly<Record<string, object>> = {
  messages: { recipient_id: '7654321098765432', message_id: 'm_NEW' },
  message_attachments: { attachment_id: '1745' },
  comments: { id: '1020304050_987_NEW' },
};

interface Request {
  readonly method: string;
  readonly url: string;
  readonly body?: unknown;
}

/** Requests as the fixtures show them: below the version, forms by their fields, files by name, with the proof or not. */
export function shown(requests: readonly Request[]): unknown {
  return requests.map(({ method, url, body }) => {
    const { pathname, searchParams } = new URL(url);
    const isProved = searchParams.get('appsecret_proof') === appSecretProof(token, appSecret);
    const call = { method, path: pathname.replace(/^\/v[\d.]+/, ''), isProved };
    if (!(body instanceof FormData)) return { ...call, body: typeof body === 'string' ? JSON.parse(body) : null };
    const fields = [...body].map(([name, value]) => [name, typeof value === 'string' ? value : describe(value)]);
    return { ...call, form: Object.fromEntries(fields) };
  });
}

function describe({ name, type, size }: File): string {
  return `${name}, ${type}, ${size} bytes`;
}
