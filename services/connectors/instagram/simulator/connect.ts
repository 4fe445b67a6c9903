import {
  consentPage,
  type DoubleRequest,
  GraphError,
  graphHandshake,
  type Reaction,
} from '@trunkline/testkit/simulator';
import { type Account, nextNumber } from './account.ts';
import { type Fields, limits, subscribable } from './types.ts';

/** The page where an owner lets the app in: /oauth/authorize, and /<version>/dialog/oauth of the other way. */
export function authorize(account: Account, request: DoubleRequest): Reaction {
  const { client_id: client, scope = '' } = Object.fromEntries(request.url.searchParams);
  if (client !== account.appId)
    return { status: 400, body: { error_type: 'OAuthException', code: 400, error_message: 'Invalid platform app' } };
  return consentPage(request, {
    platform: 'Instagram',
    app: 'Trunkline',
    scopes: scope.split(/[ ,]/),
    choices: [{ id: account.id, label: account.username }],
    allow: () => ({ code: `AQ-code-${account.id}` }),
    deny: { error: 'access_denied', error_reason: 'user_denied', error_description: 'The user denied your request' },
  });
}

/** POST /oauth/access_token of Instagram: a code against a token for an hour. */
export function shortToken(
  account: Account,
  { client_id: id, client_secret: secret, code, grant_type: grant }: Fields,
): Reaction {
  const isRight =
    id === account.appId &&
    secret === account.appSecret &&
    grant === 'authorization_code' &&
    String(code).replace(/#_$/, '') === `AQ-code-${account.id}`;
  if (!isRight)
    return {
      status: 400,
      body: { error_type: 'OAuthException', code: 400, error_message: 'Invalid authorization code' },
    };
  account.isRevoked = false;
  return {
    status: 200,
    body: {
      access_token: `${account.token}-short`,
      user_id: account.id,
      permissions: ['instagram_business_basic', 'instagram_business_manage_messages'],
    },
  };
}

/** GET /access_token, GET /refresh_access_token: a token for sixty days. Throws GraphError. */
export function longToken(
  account: Account,
  path: string,
  { grant_type: grant, client_secret: secret, access_token: token }: Fields,
): Fields {
  const sixtyDays = { token_type: 'bearer', expires_in: 5_183_944 };
  if (path === 'access_token') {
    if (grant !== 'ig_exchange_token' || secret !== account.appSecret || token !== `${account.token}-short`)
      throw new GraphError(190, 'Error validating access token');
    account.tokenMadeAtMs = account.now();
    return { access_token: account.token, ...sixtyDays };
  }
  if (grant !== 'ig_refresh_token' || token !== account.token || account.isRevoked)
    throw new GraphError(190, 'Error validating access token');
  if (account.now() - account.tokenMadeAtMs < limits.tokenDayMs)
    throw new GraphError(100, 'The access token must be at least 24 hours old');
  account.token = `IGAA-simulated-token-${nextNumber(account)}`;
  account.tokenMadeAtMs = account.now();
  return { access_token: account.token, ...sixtyDays };
}

/** GET /oauth/access_token of the other way, by Facebook. Throws GraphError. */
export function facebookToken(
  account: Account,
  { client_id: id, client_secret: secret, code, grant_type: grant, fb_exchange_token: short }: Fields,
): Fields {
  if (id !== account.appId || secret !== account.appSecret)
    throw new GraphError(1, 'Error validating client secret.', { status: 400 });
  if (grant === 'client_credentials')
    return { access_token: `${account.appId}|${account.appSecret}`, token_type: 'bearer' };
  if (grant === 'fb_exchange_token' && short === `${account.userToken}-short`)
    return { access_token: account.userToken, token_type: 'bearer', expires_in: 5_183_944 };
  if (code !== `AQ-code-${account.id}`)
    throw new GraphError(100, 'This authorization code has been used.', { subcode: 36009 });
  account.isRevoked = false;
  return { access_token: `${account.userToken}-short`, token_type: 'bearer', expires_in: 5_000 };
}

/** /<account>/subscribed_apps, or the page's. Throws GraphError. */
export function subscribedApps(account: Account, method: string, { subscribed_fields: wanted }: Fields): Fields {
  if (method === 'GET') {
    const app = { id: account.appId, name: 'Trunkline', subscribed_fields: account.subscribed };
    return { data: account.subscribed === undefined ? [] : [app] };
  }
  if (method === 'DELETE') {
    account.subscribed = undefined;
    return { success: true };
  }
  const fields = [wanted ?? ''].flat().join(',').split(',').filter(Boolean);
  const unknown = fields.find((field) => !subscribable.includes(field));
  if (fields.length === 0 || unknown !== undefined)
    throw new GraphError(100, `Param subscribed_fields[0] must be one of ${subscribable.join(', ')}`);
  account.subscribed = fields;
  account.chats.tell();
  return { success: true };
}

/** /<app>/subscriptions: the app's hook, which has to say the challenge first. Throws GraphError. */
export async function subscriptions(account: Account, method: string, fields: Fields): Promise<Fields> {
  const { object, callback_url: url, verify_token: verifyToken } = fields as Record<string, string>;
  if (method === 'GET')
    return {
      data: account.hook === undefined ? [] : [{ object: 'instagram', callback_url: account.hook.url, active: true }],
    };
  if (object !== 'instagram' || url === undefined || verifyToken === undefined)
    throw new GraphError(100, 'Param object must be instagram, with callback_url and verify_token');
  await graphHandshake(url, verifyToken);
  account.hook = { url, verifyToken };
  return { success: true };
}
