import { z } from 'zod';
import { type ChannelAccess, ConnectorError, defineConnector, safeJson, type Tools } from '../../../index.ts';
import sample from '../sample/index.ts';

type Settings = { apiUrl: string; app?: string | undefined };

const me = z.object({ id: z.string(), name: z.string() });
const pages = z.object({ pages: z.array(z.object({ id: z.string(), name: z.string(), token: z.string() })) });

async function ask<Shape>(
  [path, schema]: readonly [string, z.ZodType<Shape>],
  body: object,
  channel: ChannelAccess<Settings>,
  { fetch }: Tools,
): Promise<Shape> {
  const answer = await fetch(`${channel.settings.apiUrl}${path}`, { body: JSON.stringify(body) });
  const text = await answer.text();
  if (answer.status === 403) throw new ConnectorError('permission', text);
  if (answer.status !== 200) throw new ConnectorError('auth_revoked', 'the platform does not know this');
  return schema.parse(safeJson(text));
}

/** The same messenger, but people sign in at it, and it calls the hook while it is being connected. */
export default defineConnector<Settings>({
  ...sample,
  title: 'Signed',
  secretNames: ['token', 'appSecret'],
  identify: async (channel, tools) => {
    const { id, name } = await ask(['/me', me], { token: channel.secret('token') }, channel, tools);
    return { accountId: id, accountName: name };
  },
  connect: async (channel, url, tools) => {
    const token = channel.secret('token');
    const { id, name } = await ask(['/hook', me], { token, url }, channel, tools);
    return { accountId: id, accountName: name, hookUrl: url ?? '' };
  },
  oauth: {
    authorizeUrl: ({ redirectUrl, state, codeChallenge }, app) => {
      const query = { redirect_uri: redirectUrl, state, code_challenge: codeChallenge, app: app.settings.app ?? '' };
      return `${app.settings.apiUrl}/agree?${new URLSearchParams(query)}`;
    },
    accounts: async ({ query: { code }, codeVerifier, redirectUrl }, app, tools) => {
      const asked = { code, codeVerifier, redirectUrl, secret: app.secret('appSecret') };
      const found = await ask(['/code', pages], asked, app, tools);
      return found.pages.map(({ id, name, token }) => ({ accountId: id, accountName: name, secrets: { token } }));
    },
  },
});
