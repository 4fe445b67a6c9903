import {
  appToken,
  ConnectorError,
  type OAuthAccount,
  type OAuthAnswer,
  type OAuthAsk,
  oauthCode,
  oauthUrl,
  type Tools,
} from '@trunkline/adapter-kit';
import { ask, type Channel } from './api.ts';
import { accountSchema, tokenSchema } from './types.ts';

/** What does not work without a right, in words for people. Without the first two nothing works. */
const rights: Readonly<Record<string, string>> = {
  instagram_business_basic: 'nothing is known of the account',
  instagram_business_manage_messages: 'messages can be neither read nor written',
  instagram_business_manage_comments: 'comments can be neither read nor answered',
};
const [basic = '', messages = ''] = Object.keys(rights);

/** Where a person lets the app in. */
export function authorizeUrl(asking: OAuthAsk, { settings }: Channel): string {
  const address = `${settings.signInUrl.replace(/\/+$/, '')}/oauth/authorize`;
  return oauthUrl(address, asking, { client_id: settings.appId, scope: Object.keys(rights).join(',') });
}

/** The account that a person opened. The code becomes a token for an hour, that one for sixty days, which the probe renews. */
export async function accounts(answer: OAuthAnswer, app: Channel, tools: Tools): Promise<readonly OAuthAccount[]> {
  const { token: short, granted } = await exchangeCode(answer, app, tools);
  const refused = granted === undefined ? [] : Object.keys(rights).filter((right) => !granted.includes(right));
  const words = refused.map((right) => `Without the right "${right}" ${rights[right]}.`);
  if (refused.includes(basic) || refused.includes(messages)) throw new ConnectorError('permission', words.join(' '));
  const token = await lengthen(short, app, tools);
  const call = { path: 'me', query: { fields: 'user_id,username' }, token };
  const { user_id: own, id, username = '' } = await ask(accountSchema, call, app, tools);
  const accountId = own ?? id;
  if (accountId === undefined) throw new ConnectorError('permission', 'Instagram does not say which account it is.');
  const account = { accountId, accountName: username || accountId, secrets: { token } };
  return [{ ...account, ...(words.length > 0 && { warning: words.join(' ') }) }];
}

/** The platform adds "#_" to its codes. */
async function exchangeCode(answer: OAuthAnswer, app: Channel, tools: Tools) {
  const { redirectUrl, codeVerifier } = answer;
  const body = new FormData();
  const code = oauthCode(answer, 'Instagram').replace(/#_$/, '');
  const ids = { client_id: app.settings.appId, client_secret: app.secret('appSecret'), redirect_uri: redirectUrl };
  const proof = { grant_type: 'authorization_code', code, code_verifier: codeVerifier };
  for (const [name, value] of Object.entries({ ...ids, ...proof })) body.set(name, value);
  const call = { root: app.settings.tokenUrl, path: 'oauth/access_token', body, token: appToken(app) };
  try {
    const { access_token: token, permissions: granted } = await ask(tokenSchema, call, app, tools);
    return { token, granted };
  } catch (error) {
    const isRefused =
      error instanceof ConnectorError && (error.code === 'content_invalid' || error.code === 'permission');
    throw isRefused ? new ConnectorError('auth_revoked', `Instagram does not know this code: ${error.message}`) : error;
  }
}

async function lengthen(short: string, app: Channel, tools: Tools): Promise<string> {
  const secret = { client_secret: app.secret('appSecret'), access_token: short };
  const query = { grant_type: 'ig_exchange_token', ...secret };
  const call = { root: app.settings.apiUrl, path: 'access_token', query, token: short };
  return (await ask(tokenSchema, call, app, tools)).access_token;
}
