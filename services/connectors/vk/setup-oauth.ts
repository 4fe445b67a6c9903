import {
  type ChannelAccess,
  ConnectorError,
  jsonOrNothing,
  type OAuth,
  type OAuthAccount,
  type Tools,
} from '@trunkline/adapter-kit';
import { apiVersion, callApi } from './api.ts';
import type { Settings } from './settings.ts';
import { groupsSchema, tokensSchema } from './types.ts';

type App = ChannelAccess<Settings>;

/** What a community's token may do. */
const scope = 'messages,photos,docs,manage';

/** Signing in at VK: one agreement for all the communities that the app's settings name, then a choice among them. */
export const oauth: OAuth<Settings> = { authorizeUrl, accounts };

function authorizeUrl(ask: Parameters<OAuth['authorizeUrl']>[0], { settings }: App): string {
  const { oauthUrl, appId: client_id, communityIds: group_ids } = settings;
  if (client_id === '' || group_ids === '') {
    throw new ConnectorError('permission', "Enter the app's number and the numbers of your communities first.");
  }
  const { redirectUrl: redirect_uri, state, codeChallenge: code_challenge } = ask;
  const proof = { state, code_challenge, code_challenge_method: 'S256' };
  const asked = { client_id, group_ids, redirect_uri, scope, response_type: 'code', v: apiVersion, ...proof };
  return `${oauthUrl}/authorize?${new URLSearchParams(asked)}`;
}

async function accounts(
  { redirectUrl, codeVerifier, query }: Parameters<OAuth['accounts']>[0],
  app: App,
  tools: Tools,
): Promise<readonly OAuthAccount[]> {
  const { error, error_description: words = error, code = '' } = query;
  if (error !== undefined) throw new ConnectorError('permission', `VK was not allowed: ${words}`);
  const { oauthUrl, appId: client_id } = app.settings;
  const client = { client_id, client_secret: app.secret('appSecret') };
  const asked = { ...client, redirect_uri: redirectUrl, code, code_verifier: codeVerifier };
  const answer = await tools.fetch(`${oauthUrl}/access_token?${new URLSearchParams(asked)}`);
  const tokens = tokensSchema.safeParse(jsonOrNothing(await answer.text())).data;
  if (tokens === undefined)
    throw new ConnectorError('auth_revoked', 'VK did not give tokens for this code: sign in again.');
  return await Promise.all(
    tokens.groups.map(async ({ group_id, access_token: token }) => {
      const access: App = { ...app, accountId: String(group_id), secret: () => token, optionalSecret: () => token };
      const [group] = await callApi(['groups.getById', groupsSchema], { group_id }, access, tools);
      return { accountId: String(group_id), accountName: group.name, secrets: { token } };
    }),
  );
}
