import { type ChannelAccess, ConnectorError } from '@trunkline/adapter-kit';
import { type Settings, settings } from '../settings.ts';

export const phoneNumberId = '106540352242922';
export const businessAccountId = '102290129340398';
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
    connector: 'whatsapp',
    accountId: phoneNumberId,
    accountName: 'Shop 15550783881',
    name: 'Sales',
    settings: settings.parse({ apiUrl, phoneNumberId, businessAccountId }),
    secret: (name) => secrets[name] ?? absent(),
    optionalSecret: (name) => secrets[name],
  };
}

/** A platform that takes everything. */
export function takesAll({ url }: { readonly url: string }) {
  return { status: 200, body: { ...answers[url.split('/').at(-1) ?? ''], success: true } };
}

const answers: Readonly<Record<string, object>> = {
  messages: { messaging_product: 'whatsapp', messages: [{ id: 'wamid.NEW', message_status: 'accepted' }] },
  media: { id: 'MEDIA' },
  groups: { messaging_product: 'whatsapp', request_id: 'req1' },
  invite_link: { messaging_product: 'whatsapp', invite_link: 'https://chat.whatsapp.com/AbC' },
  join_requests: { data: [{ join_request_id: 'jr1', wa_id: '79990001122' }] },
};

interface Request {
  readonly method: string;
  readonly url: string;
  readonly body?: unknown;
}

/** Requests as the fixtures show them: below the version, forms by their fields, files by name and type. */
export function shown(requests: readonly Request[]): unknown {
  return requests.map(({ method, url, body }) => {
    const path = new URL(url).pathname.replace(/^\/v[\d.]+/, '');
    if (!(body instanceof FormData)) return { method, path, body: typeof body === 'string' ? JSON.parse(body) : null };
    const fields = [...body].map(([name, value]) => [name, typeof value === 'string' ? value : describe(value)]);
    return { method, path, form: Object.fromEntries(fields) };
  });
}

function describe({ name, type, size }: File): string {
  return `${name}, ${type}, ${size} bytes`;
}
