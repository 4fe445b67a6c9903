import { jsonOf, type PlatformAnswer, type PlatformRequest } from '@trunkline/testkit';
import { keys } from './tokens.ts';

/** What the service answers when all is well: keys, tokens, ids. */
export function takenBy({ url }: PlatformRequest): PlatformAnswer {
  const { pathname } = new URL(url);
  if (pathname.endsWith('/openidconfiguration')) {
    return { status: 200, body: { jwks_uri: 'https://login.botframework.com/v1/.well-known/keys' } };
  }
  if (pathname.endsWith('/keys')) return { status: 200, body: { keys } };
  if (pathname.endsWith('/token')) return { status: 200, body: { access_token: 'a-new-token', expires_in: 3_599 } };
  return { status: 201, body: { id: pathname.endsWith('/conversations') ? 'a:1New' : '1782900140000' } };
}

/** Calls of the connector service as the fixtures show them. */
export async function shown(asked: readonly PlatformRequest[]): Promise<unknown> {
  const calls = asked.filter(({ url }) => url.includes('/v3/'));
  if (calls.length === 0) return null;
  return await Promise.all(
    calls.map(async (call) => ({ method: call.method, url: call.url, body: (await jsonOf(call)) ?? null })),
  );
}
