import { type ChannelAccess, ConnectorError, jsonOrNothing, type Tools } from '@trunkline/adapter-kit';
import { signInRefused } from './errors.ts';
import type { Settings } from './settings.ts';
import { signInErrorSchema, tokenSchema } from './types.ts';

type Channel = ChannelAccess<Settings>;

/** Names of the secrets that `connect` and `probe` keep: the bot's token, and when it ends. */
const tokenSecret = 'accessToken';
const endSecret = 'accessTokenEndsAtMs';

const scope = 'https://api.botframework.com/.default';
const manyTenants = 'botframework.com';

/** The bot's own token as secrets to keep. Throws ConnectorError 'auth_revoked' where none is given, 'transient'. */
export async function signIn(channel: Channel, tools: Tools): Promise<Readonly<Record<string, string>>> {
  const { loginUrl, tenantId, appId } = channel.settings;
  const secret = channel.secret('clientSecret');
  const form = { grant_type: 'client_credentials', client_id: appId, client_secret: secret, scope };
  const url = `${loginUrl.replace(/\/+$/, '')}/${tenantId || manyTenants}/oauth2/v2.0/token`;
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  const { status, text } = await ask(url, { headers, body: new URLSearchParams(form).toString() }, tools);
  const said = jsonOrNothing(text);
  const given = status === 200 ? tokenSchema.safeParse(said).data : undefined;
  if (given !== undefined && /^[\x21-\x7e]+$/.test(given.access_token)) {
    const endsAtMs = tools.now() + given.expires_in * 1_000;
    return { [tokenSecret]: given.access_token, [endSecret]: String(Math.trunc(endsAtMs)) };
  }
  const { error = '', error_description: words = '' } = signInErrorSchema.safeParse(said).data ?? {};
  throw signInRefused(status === 200 ? 502 : status, error, words.replaceAll(secret, '<secret>'));
}

async function ask(
  url: string,
  request: { readonly headers: Record<string, string>; readonly body: string },
  tools: Tools,
) {
  try {
    const response = await tools.fetch(url, { ...request, isRepeatable: true });
    return { status: response.status, text: await response.text() };
  } catch (error) {
    // A token may be asked for as often as one likes.
    const isInDoubt = error instanceof ConnectorError && error.code === 'unknown_outcome';
    throw isInDoubt ? new ConnectorError('transient', error.message) : error;
  }
}

/** The kept token while it is good for a while; undefined when another is wanted. */
export function keptToken(channel: Channel, atLeastUntilMs: number): string | undefined {
  const endsAtMs = Number(channel.optionalSecret(endSecret) ?? 0);
  return endsAtMs > atLeastUntilMs ? channel.optionalSecret(tokenSecret) : undefined;
}

/** A token for one call: the kept one, else a new one. */
export async function tokenFor(channel: Channel, tools: Tools): Promise<string> {
  return keptToken(channel, tools.now() + 60_000) ?? (await newToken(channel, tools));
}

/** A new token, for a call that refused the former. */
export async function newToken(channel: Channel, tools: Tools): Promise<string> {
  return (await signIn(channel, tools))[tokenSecret] ?? '';
}
