import {
  ConnectorError,
  jsonOrNothing,
  type OAuthAccount,
  type OAuthAnswer,
  type OAuthAsk,
  oauthCode,
  oauthUrl,
  type Tools,
} from '@trunkline/adapter-kit';
import { apiVersion, type Channel, callApi } from './api.ts';
import { groupsSchema, tokensSchema } from './types.ts';

/** What a community's token may do. */
const scope = 'messages,photos,docs,manage';

/** One agreement for all the communities that the app's settings name, then a choice among them. */
export function authorizeUrl(ask: OAuthAsk, { settings }: Channel): string {
  const { oauthUrl: address, appId: client_id, communityIds: group_ids } = settings;
  if (client_id === '' || group_ids === '')
    throw new ConnectorError('permission', "Enter the app's number and the numbers of your communities first.");
  return oauthUrl(`${address}/authorize`, ask, { client_id, group_ids, scope, v: apiVersion });
}

/** The communities that were let in, each with a token of its own. */
export async function accounts(answer: OAuthAnswer, app: Channel, tools: Tools): Promise<readonly OAuthAccount[]> {
  const { redirectUrl: redirect_uri, codeVerifier: code_verifier } = answer;
  const client = { client_id: app.settings.appId, client_secret: app.secret('appSecret') };
  const query = new URLSearchParams({ ...client, redirect_uri, code_verifier, code: oauthCode(answer, 'VK') });
  const said = await tools.fetch(`${app.settings.oauthUrl}/access_token?${query}`);
  const tokens = tokensSchema.safeParse(jsonOrNothing(await said.text())).data;
  if (tokens === undefined)
    throw new ConnectorError('auth_revoked', 'VK did not give tokens for this code: sign in again.');
  return await Promise.all(
    tokens.groups.map(async ({ group_id, access_token: token }) => {
      const access: Channel = { ...app, accountId: String(group_id), secret: () => token, optionalSecret: () => token };
      const [group] = await callApi(['groups.getById', groupsSchema], { group_id }, access, tools);
      return { accountId: String(group_id), accountName: group.name, secrets: { token } };
    }),
  );
}
