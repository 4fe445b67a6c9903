import {
  type Account,
  type ChannelAccess,
  type Connected,
  ConnectorError,
  type Health,
  newSecret,
  probed,
  type Tools,
} from '@trunkline/adapter-kit';
import type { z } from 'zod';
import { callApi } from './api.ts';
import type { Settings } from './settings.ts';
import { linkSchema, selfSchema } from './types.ts';

type Channel = ChannelAccess<Settings>;
type Self = z.output<typeof selfSchema>;

/** Name of the secret at the end of the hook's address. */
export const hookSecret = 'hookSecret';

/** Changes what it is given, and tells all: without a field it only tells. */
const update = ['self/update/', selfSchema] as const;
const getUserLink = ['users/getUserLink', linkSchema] as const;

/** Asks whose token it is. */
export async function identify(channel: Channel, tools: Tools): Promise<Account> {
  const { id: accountId, display_name: name, login } = await callApi(update, { body: {} }, channel, tools);
  return { accountId, accountName: name || login };
}

/**
 * Writes the hook's address with a secret behind it, and reads it back. The secret stays when the hook is written again, so
 * that calls under way still prove themselves; it is never told.
 */
export async function connect(channel: Channel, hookUrl: string | undefined, tools: Tools): Promise<Connected> {
  const secret = channel.optionalSecret(hookSecret) ?? newSecret();
  const webhook_url = hookUrl === undefined ? null : secretUrl(hookUrl, secret);
  await callApi(update, { body: { webhook_url } }, channel, tools);
  const self = await callApi(update, { body: {} }, channel, tools);
  const isOurs = hookUrl !== undefined && self.webhook_url === webhook_url;
  return {
    accountId: self.id,
    accountName: self.display_name || self.login,
    ...(await linkOf(self, channel, tools)),
    hookUrl: isOurs ? hookUrl : '',
    warnings: troubles(self, webhook_url),
    ...(hookUrl === undefined ? {} : { secrets: { [hookSecret]: secret } }),
  };
}

/** Takes the hook away; updates wait to be fetched. */
export async function disconnect(channel: Channel, tools: Tools): Promise<void> {
  await callApi(update, { body: { webhook_url: null } }, channel, tools);
}

/** Asks what Yandex knows of the bot and its hook. */
export async function probe(channel: Channel, hookUrl: string | undefined, tools: Tools): Promise<Health> {
  return await probed('Yandex', async () => {
    const secret = channel.optionalSecret(hookSecret) ?? '';
    const self = await callApi(update, { body: {} }, channel, tools);
    const [trouble] = troubles(self, hookUrl === undefined ? null : secretUrl(hookUrl, secret));
    return trouble === undefined ? { state: 'ok', reason: '' } : { state: 'degraded', reason: trouble };
  });
}

function secretUrl(hookUrl: string, secret: string): string {
  return `${hookUrl.replace(/\/+$/, '')}/${secret}`;
}

function troubles({ webhook_url: told, organizations }: Self, wanted: string | null): string[] {
  const isLost = (told ?? null) === null && wanted !== null;
  const isElsewhere = !isLost && (told ?? null) !== wanted;
  return [
    ...(isLost ? ['Yandex has no hook of this bot any more: write it again.'] : []),
    ...(isElsewhere ? ['Another program has taken the hook of this bot: write the hook again.'] : []),
    ...(organizations?.length === 0 ? ['The bot is in no organization: nobody can write to it.'] : []),
  ];
}

/** Address of the chat with the bot. Nothing is lost without it. */
async function linkOf({ login }: Self, channel: Channel, tools: Tools): Promise<{ readonly deepLink?: string }> {
  try {
    const { chat_link: deepLink } = await callApi(getUserLink, { body: { login } }, channel, tools);
    return { deepLink };
  } catch (error) {
    if (error instanceof ConnectorError) return {};
    throw error;
  }
}
