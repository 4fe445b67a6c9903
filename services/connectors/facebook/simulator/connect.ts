import {
  consentPage,
  type DoubleRequest,
  GraphError,
  graphHandshake,
  type Reaction,
} from '@trunkline/testkit/simulator';
import type { Page } from './page.ts';
import { type Fields, subscribable } from './types.ts';

/** The page where an owner lets the app in: GET /<version>/dialog/oauth. */
export function dialog(page: Page, request: DoubleRequest): Reaction {
  const { client_id: client, scope = '' } = Object.fromEntries(request.url.searchParams);
  if (client !== page.appId) return { status: 400, body: 'Invalid App ID' };
  return consentPage(request, {
    platform: 'Facebook',
    app: 'Trunkline',
    scopes: scope.split(','),
    choices: [{ id: page.id, label: page.name }],
    allow: () => ({ code: `AQ-code-${page.id}` }),
    deny: { error: 'access_denied', error_reason: 'user_denied', error_description: 'Permissions error' },
  });
}

/** GET /oauth/access_token: a code against a short user token, that against a long one, or the app's own. Throws GraphError. */
export function accessToken(page: Page, fields: Fields): Fields {
  const { client_id: id, client_secret: secret, code, grant_type: grant, fb_exchange_token: short } = fields;
  if (id !== page.appId) throw new GraphError(101, 'Error validating application. Invalid application ID.');
  if (secret !== page.appSecret) throw new GraphError(1, 'Error validating client secret.', { status: 400 });
  if (grant === 'client_credentials') return { access_token: `${page.appId}|${page.appSecret}`, token_type: 'bearer' };
  if (grant === 'fb_exchange_token') {
    if (short !== `${page.userToken}-short`) throw new GraphError(190, 'Error validating access token');
    return { access_token: page.userToken, token_type: 'bearer', expires_in: 5_183_944 };
  }
  if (code !== `AQ-code-${page.id}`)
    throw new GraphError(100, 'This authorization code has been used.', { subcode: 36009 });
  page.isRevoked = false;
  return { access_token: `${page.userToken}-short`, token_type: 'bearer', expires_in: 5_000 };
}

/** GET /debug_token. */
export function debugToken(page: Page, { input_token: token }: Fields): Fields {
  const is_valid = !page.isRevoked && [page.token, page.userToken].includes(String(token));
  const scopes = ['pages_show_list', 'pages_messaging', 'pages_manage_metadata', 'pages_read_engagement'];
  const type = token === page.token ? 'PAGE' : 'USER';
  return {
    data: { app_id: page.appId, type, is_valid, expires_at: 0, data_access_expires_at: 0, scopes, profile_id: page.id },
  };
}

/** /<page>/subscribed_apps: which events the app hears. Throws GraphError. */
export function subscribedApps(page: Page, method: string, { subscribed_fields: wanted }: Fields): Fields {
  if (method === 'GET') {
    const app = { id: page.appId, name: 'Trunkline', link: 'https://a.example', subscribed_fields: page.subscribed };
    return { data: page.subscribed === undefined ? [] : [app] };
  }
  if (method === 'DELETE') {
    page.subscribed = undefined;
    return { success: true };
  }
  const fields = [wanted ?? ''].flat().join(',').split(',').filter(Boolean);
  const unknown = fields.find((field) => !subscribable.includes(field));
  if (fields.length === 0 || unknown !== undefined)
    throw new GraphError(100, `Param subscribed_fields[0] must be one of ${subscribable.join(', ')}`);
  page.subscribed = fields;
  page.chats.tell();
  return { success: true };
}

/** /<app>/subscriptions: the app's hook, which has to say the challenge first. Throws GraphError. */
export async function subscriptions(page: Page, method: string, fields: Fields): Promise<Fields> {
  const { object, callback_url: url, verify_token: verifyToken } = fields as Record<string, string>;
  if (method === 'GET')
    return { data: page.hook === undefined ? [] : [{ object: 'page', callback_url: page.hook.url, active: true }] };
  if (object !== 'page' || url === undefined || verifyToken === undefined)
    throw new GraphError(100, 'Param object must be page, with callback_url and verify_token');
  await graphHandshake(url, verifyToken);
  page.hook = { url, verifyToken };
  return { success: true };
}

/** /me/messenger_profile. */
export function messengerProfile({ profile }: Page, method: string, fields: Fields): Fields {
  const names = ['get_started', 'greeting', 'persistent_menu', 'ice_breakers', 'whitelisted_domains', 'commands'];
  if (method === 'GET') {
    const wanted = String(fields.fields ?? '').split(',');
    return { data: [Object.fromEntries(Object.entries(profile).filter(([name]) => wanted.includes(name)))] };
  }
  const given = Object.entries(fields).filter(([name]) => names.includes(name));
  if (method === 'DELETE') for (const name of [fields.fields ?? []].flat()) delete profile[String(name)];
  else if (given.length === 0) throw new GraphError(100, `Param must be one of ${names.join(', ')}`);
  else Object.assign(profile, Object.fromEntries(given));
  return { result: 'success' };
}
