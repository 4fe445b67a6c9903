import {
  consentPage,
  type DoubleRequest,
  GraphError,
  graphHandshake,
  type Reaction,
} from '@trunkline/testkit/simulator';
import type { Account } from './account.ts';
import type { Fields } from './types.ts';

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

/** The app's own hook, as its settings or a call set it. */
export async function subscribeApp(
  account: Account,
  { object, callback_url: url, verify_token: verifyToken }: Fields,
): Promise<Fields> {
  if (object !== 'whatsapp_business_account')
    throw new GraphError(100, 'Param object must be whatsapp_business_account');
  await graphHandshake(String(url), String(verifyToken));
  account.appHook = { url: String(url), verifyToken: String(verifyToken) };
  return { success: true };
}
