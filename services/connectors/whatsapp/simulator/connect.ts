import {
  consentPage,
  type DoubleRequest,
  GraphError,
  graphHandshake,
  type Reaction,
} from '@trunkline/testkit/simulator';
import type { Account } from './account.ts';
import { type Fields, subscribable } from './types.ts';

/** What the page of the sign-up gives for the account of the simulator. */
export const signupCode = 'AQB-simulated-signup-code';

/** The page where an owner lets the app in; a popup of it says `waba_id` and `phone_number_id` to its window as well. */
export function dialog(account: Account, request: DoubleRequest): Reaction {
  const { client_id: client, scope = '' } = Object.fromEntries(request.url.searchParams);
  if (client !== account.appId) return { status: 400, body: 'Invalid App ID' };
  return consentPage(request, {
    platform: 'WhatsApp Business',
    app: 'Trunkline',
    scopes: scope === '' ? ['whatsapp_business_management', 'whatsapp_business_messaging'] : scope.split(','),
    choices: [{ id: account.wabaId, label: `Shop, +${account.phone}` }],
    allow: () => ({ code: signupCode }),
    deny: { error: 'access_denied', error_reason: 'user_denied' },
  });
}

/** GET /debug_token: what a token may, and for which accounts. */
export function debugToken(account: Account, { input_token: token }: Fields): Fields {
  const scopes = ['whatsapp_business_management', 'whatsapp_business_messaging'];
  const granular_scopes = scopes.map((scope) => ({ scope, target_ids: [account.wabaId] }));
  const is_valid = token === account.token && !account.isRevoked;
  return { data: { app_id: account.appId, type: 'SYSTEM_USER', is_valid, expires_at: 0, scopes, granular_scopes } };
}

/** GET /oauth/access_token: the code against a token. Throws GraphError. */
export function exchangeCode(account: Account, { client_id: id, client_secret: secret, code }: Fields): Fields {
  if (id !== account.appId)
    throw new GraphError(101, 'Error validating application. Cannot get application info due to a system error.');
  if (secret !== account.appSecret) throw new GraphError(1, 'Error validating client secret.');
  if (code !== signupCode) throw new GraphError(100, 'This authorization code has been used.', { subcode: 36009 });
  account.isRevoked = false;
  return { access_token: account.token, token_type: 'bearer' };
}

/** POST /<account>/subscribed_apps: with the account's own hook, if one is named. Throws GraphError. */
export async function subscribeAccount(
  account: Account,
  { override_callback_uri: url, verify_token: verifyToken }: Fields,
): Promise<Fields> {
  if (typeof url === 'string') {
    if (typeof verifyToken !== 'string') throw new GraphError(100, 'The parameter verify_token is required.');
    await graphHandshake(url, verifyToken);
    account.accountHook = { url, verifyToken };
  } else account.accountHook = undefined;
  account.isSubscribed = true;
  return { success: true };
}

/** The app as /<account>/subscribed_apps shows it. */
export function subscribedApp({ appId, accountHook }: Account): Fields {
  const override = accountHook === undefined ? {} : { override_callback_uri: accountHook.url };
  return {
    whatsapp_business_api_data: {
      id: appId,
      name: 'Trunkline',
      link: `https://www.facebook.com/games/?app_id=${appId}`,
    },
    ...override,
  };
}

/** /<app>/subscriptions: the app's hook, which has to say the challenge first, and what it hears of. Throws GraphError. */
export async function subscriptions(account: Account, { method, token, fields }: AppCall): Promise<Fields> {
  if (token !== `${account.appId}|${account.appSecret}`)
    throw new GraphError(15, 'This method must be called with an app access_token.');
  const object = 'whatsapp_business_account';
  if (method === 'GET') {
    const { url, fields: heard = [] } = account.appHook ?? {};
    const names = heard.map((name) => ({ name, version: 'v25.0' }));
    return { data: url === undefined ? [] : [{ object, callback_url: url, active: true, fields: names }] };
  }
  const { callback_url: url, verify_token: verifyToken } = fields;
  if (fields.object !== object) throw new GraphError(100, `Param object must be ${object}`);
  if (typeof url !== 'string' || typeof verifyToken !== 'string')
    throw new GraphError(100, 'The parameters callback_url and verify_token are required.');
  const wanted = [fields.fields ?? ''].flat().join(',').split(',').filter(Boolean);
  const unknown = wanted.find((field) => !subscribable.includes(field));
  if (unknown !== undefined) throw new GraphError(100, `Param fields must be one of ${subscribable.join(', ')}`);
  await graphHandshake(url, verifyToken);
  account.appHook = { url, verifyToken, fields: wanted };
  return { success: true };
}

interface AppCall {
  readonly method: string;
  readonly token: string;
  readonly fields: Fields;
}
