import {
  appToken,
  ConnectorError,
  type OAuthAccount,
  type OAuthAnswer,
  type OAuthAsk,
  oauthCode,
  oauthUrl,
  readGraphList,
  readGraphToken,
  type Tools,
} from '@trunkline/adapter-kit';
import type { z } from 'zod';
import { ask, type Channel, callOf } from './api.ts';
import { refusedRights, wantedRights, warningOf } from './setup-rights.ts';
import { ownPageSchema, tokenSchema } from './types.ts';

/** A person with more pages than this chooses among the first. */
const pagesOfListMax = 5;

/** Where a person lets the app in. */
export function authorizeUrl(asking: OAuthAsk, { settings }: Channel): string {
  const address = `${settings.signInUrl.replace(/\/+$/, '')}/${settings.apiVersion}/dialog/oauth`;
  return oauthUrl(address, asking, { client_id: settings.appId, scope: wantedRights.join(',') });
}

/**
 * The pages that a person opened. The code becomes a token for an hour, that one for sixty days, and the tokens of pages that
 * are made by it do not end by themselves.
 */
export async function accounts(answer: OAuthAnswer, app: Channel, tools: Tools): Promise<readonly OAuthAccount[]> {
  const { redirectUrl, codeVerifier } = answer;
  const code = oauthCode(answer, 'Facebook');
  const ids = { client_id: app.settings.appId, client_secret: app.secret('appSecret') };
  const exchange = async (more: Record<string, string>) => await exchanged({ ...ids, ...more }, app, tools);
  const short = await exchange({ redirect_uri: redirectUrl, code, code_verifier: codeVerifier });
  const token = await exchange({ grant_type: 'fb_exchange_token', fb_exchange_token: short });
  const { scopes } = await readGraphToken(callOf({ path: '', token }, app), tools);
  const refused = refusedRights(scopes);
  if (refused.length > 0) throw new ConnectorError('permission', refused.join(' '));
  const call = callOf({ path: 'me/accounts', query: { fields: 'id,name,access_token,tasks' }, token }, app);
  const pages = await readGraphList(ownPageSchema, call, tools, { pagesMax: pagesOfListMax });
  if (pages.length === 0) throw new ConnectorError('permission', 'No page was chosen: choose one when Facebook asks.');
  return pages.map((page) => accountOf(page, warningOf(scopes)));
}

function accountOf(page: z.output<typeof ownPageSchema>, warnings: readonly string[]): OAuthAccount {
  const { id: accountId, name: accountName, access_token: token, tasks = ['MESSAGING'] } = page;
  const mayWrite = tasks.includes('MESSAGING');
  const all = [...(mayWrite ? [] : ['You may not write messages of this page.']), ...warnings];
  return { accountId, accountName, secrets: { token }, ...(all.length > 0 && { warning: all.join(' ') }) };
}

/** A code that is not valid any more is no fault of a message. */
async function exchanged(query: Readonly<Record<string, string>>, app: Channel, tools: Tools): Promise<string> {
  const call = { path: 'oauth/access_token', query, token: appToken(app) };
  try {
    return (await ask(tokenSchema, call, app, tools)).access_token;
  } catch (error) {
    const isRefused =
      error instanceof ConnectorError && error.code !== 'unknown_outcome' && error.code !== 'retry_after';
    throw isRefused && error.code !== 'transient' ? new ConnectorError('auth_revoked', error.message) : error;
  }
}
