import type { Account, ChannelAccess, Connected, Health, Tools } from '@trunkline/adapter-kit';
import { newSecret, probed } from '@trunkline/adapter-kit';
import { z } from 'zod';
import { type ApiCall, ask } from './api.ts';
import { updateKinds } from './parse.ts';
import type { Settings } from './settings.ts';
import { meSchema, webhookInfoSchema } from './types.ts';

type Channel = ChannelAccess<Settings>;
type WebhookInfo = z.output<typeof webhookInfoSchema>;

/** Name of the secret that comes back with every call of the hook. */
export const hookSecret = 'hookSecret';

const getMe = ['getMe', meSchema] as const;
const setWebhook = ['setWebhook', z.literal(true)] as const;
const deleteWebhook = ['deleteWebhook', z.literal(true)] as const;
const getWebhookInfo = ['getWebhookInfo', webhookInfoSchema] as const;

const connectionsIfBusy = 40;
const recentSeconds = 10 * 60;
const manyWaiting = 100;

/** Asks whose token it is. */
export async function identify(channel: Channel, tools: Tools): Promise<Account> {
  const { id, username } = await ask(getMe, {}, channel, tools);
  return { accountId: id, accountName: `@${username}` };
}

/**
 * Writes the hook's address, and reads it back. One call at a time, because parallel calls overtake each other. The secret
 * stays when the hook is written again, so that calls under way still prove themselves.
 */
export async function connect(channel: Channel, hookUrl: string | undefined, tools: Tools): Promise<Connected> {
  const me = await ask(getMe, {}, channel, tools);
  const secret = channel.optionalSecret(hookSecret) ?? newSecret();
  if (hookUrl === undefined) await disconnect(channel, tools);
  else await ask(setWebhook, hookOf(hookUrl, secret, channel.settings), channel, tools);
  const info = await ask(getWebhookInfo, {}, channel, tools);
  const cannotRead = me.can_join_groups === true && me.can_read_all_group_messages === false;
  const privacy = 'In groups the bot sees only commands and answers to itself: its privacy mode is on.';
  return {
    accountId: me.id,
    accountName: `@${me.username}`,
    deepLink: `https://t.me/${me.username}?start=`,
    hookUrl: info.url,
    warnings: [...troubles(info, hookUrl, 0), ...(cannotRead ? [privacy] : [])],
    ...(hookUrl === undefined ? {} : { secrets: { [hookSecret]: secret } }),
  };
}

function hookOf(url: string, secret_token: string, { isBusy }: Settings): ApiCall['params'] {
  const max_connections = isBusy ? connectionsIfBusy : 1;
  return { url, secret_token, max_connections, drop_pending_updates: false, allowed_updates: updateKinds };
}

/** Takes the hook away; what waits stays with the platform for a day. */
export async function disconnect(channel: Channel, tools: Tools): Promise<void> {
  await ask(deleteWebhook, { drop_pending_updates: false }, channel, tools);
}

/** Asks the platform what it thinks of the hook. */
export async function probe(channel: Channel, hookUrl: string | undefined, tools: Tools): Promise<Health> {
  return await probed('Telegram', async () => {
    const info = await ask(getWebhookInfo, {}, channel, tools);
    const [trouble] = troubles(info, hookUrl, tools.now() / 1_000 - recentSeconds);
    return trouble === undefined ? { state: 'ok', reason: '' } : { state: 'degraded', reason: trouble };
  });
}

function troubles(info: WebhookInfo, hookUrl: string | undefined, sinceSeconds: number): string[] {
  const found: string[] = [];
  if (info.url !== (hookUrl ?? '')) {
    found.push('Another program has taken the hook of this bot: write the hook again.');
  }
  if (info.last_error_date !== undefined && info.last_error_date >= sinceSeconds) {
    const at = new Date(info.last_error_date * 1_000).toISOString();
    found.push(`Telegram could not reach the hook at ${at}: ${info.last_error_message ?? 'it does not say why'}.`);
  }
  if (info.pending_update_count > manyWaiting) found.push(`${info.pending_update_count} updates wait at Telegram.`);
  return found;
}
