import type { Account, ChannelAccess, Connected, Health, Tools } from '@trunkline/adapter-kit';
import type { z } from 'zod';
import { callApi } from './api.ts';
import { isBanned, Refusal } from './errors.ts';
import { eventTypes } from './parse.ts';
import type { Settings } from './settings.ts';
import { accountSchema, hookSchema } from './types.ts';

type Channel = ChannelAccess<Settings>;
type AccountInfo = z.output<typeof accountSchema>;

const getAccountInfo = ['get_account_info', accountSchema] as const;
const setWebhook = ['set_webhook', hookSchema] as const;

/** Asks whose token it is. */
export async function identify(channel: Channel, tools: Tools): Promise<Account> {
  const { id: accountId, name: accountName } = await callApi(getAccountInfo, {}, channel, tools);
  return { accountId, accountName };
}

/**
 * Writes the hook's address. Viber calls it in the middle, signed, and refuses an address that does not answer: what it takes
 * is a hook that works. Then it is read back.
 */
export async function connect(channel: Channel, hookUrl: string | undefined, tools: Tools): Promise<Connected> {
  const written = await writeHook(channel, hookUrl, tools);
  const info = await callApi(getAccountInfo, {}, channel, tools);
  const noAddress = 'Viber lets no messages be fetched: without a public address nothing comes in.';
  return {
    accountId: info.id,
    accountName: info.name,
    ...(info.uri === '' ? {} : { deepLink: `viber://pa?chatURI=${encodeURIComponent(info.uri)}&context=` }),
    hookUrl: info.webhook ?? hookUrl ?? '',
    warnings: hookUrl === undefined ? [noAddress] : troubles({ ...info, event_types: written.event_types }, hookUrl),
  };
}

/** Takes the hook away. */
export async function disconnect(channel: Channel, tools: Tools): Promise<void> {
  await writeHook(channel, undefined, tools);
}

async function writeHook(channel: Channel, hookUrl: string | undefined, tools: Tools) {
  if (hookUrl === undefined) return await callApi(setWebhook, { url: '' }, channel, tools);
  const hook = { url: hookUrl, event_types: eventTypes, send_name: true, send_photo: true };
  return await callApi(setWebhook, hook, channel, tools);
}

/** Asks what Viber knows of the account and its hook. */
export async function probe(channel: Channel, hookUrl: string | undefined, tools: Tools): Promise<Health> {
  try {
    const [trouble] = troubles(await callApi(getAccountInfo, {}, channel, tools), hookUrl);
    return trouble === undefined ? { state: 'ok', reason: '' } : { state: 'degraded', reason: trouble };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    if (isBanned(error)) return { state: 'banned', reason: `Viber has blocked the account: ${error.message}` };
    if (error.code !== 'auth_revoked') return { state: 'degraded', reason: error.message };
    return { state: 'needs_sign_in', reason: 'Viber does not accept the token any more: enter the new one.' };
  }
}

function troubles({ webhook, event_types: told }: AccountInfo, hookUrl: string | undefined): string[] {
  const isElsewhere = webhook !== undefined && webhook !== (hookUrl ?? '');
  const isLost = hookUrl !== undefined && webhook === undefined && told === undefined;
  const missing = told === undefined || hookUrl === undefined ? [] : eventTypes.filter((type) => !told.includes(type));
  return [
    ...(isElsewhere ? ['Another program has taken the hook of this bot: write the hook again.'] : []),
    ...(isLost ? ['Viber has no hook of this bot any more: write it again.'] : []),
    ...(missing.length > 0 ? [`Viber does not tell of ${missing.join(', ')}: write the hook again.`] : []),
  ];
}
