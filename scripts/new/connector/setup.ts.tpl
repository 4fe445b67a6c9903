import { type Account, type ChannelAccess, type Connected, type Health, newSecret, type Tools } from '@trunkline/adapter-kit';
import { z } from 'zod';
import { callApi } from './api.ts';
import type { Settings } from './settings.ts';
import { accountSchema } from './types.ts';

type Channel = ChannelAccess<Settings>;

const hookSchema = z.object({ url: z.string() });

/** Whose account the token is. */
export async function identify(channel: Channel, tools: Tools): Promise<Account> {
  const { id, name } = await callApi(['/me', accountSchema], {}, channel, tools);
  return { accountId: id, accountName: name };
}

/** Tells the platform where to call, and reads that back. */
export async function connect(channel: Channel, hookUrl: string | undefined, tools: Tools): Promise<Connected> {
  const account = await identify(channel, tools);
  const hookSecret = channel.optionalSecret('hookSecret') ?? newSecret();
  const hook = await callApi(['/hook', hookSchema], { url: hookUrl ?? '', secret: hookSecret }, channel, tools);
  return { ...account, secrets: { hookSecret }, hookUrl: hook.url };
}

/** Tells the platform to call no more. */
export async function disconnect(channel: Channel, tools: Tools): Promise<void> {
  await callApi(['/hook', hookSchema], { url: '' }, channel, tools);
}

/** Asks how the account is doing. */
export async function probe(channel: Channel, _hookUrl: string | undefined, tools: Tools): Promise<Health> {
  await identify(channel, tools);
  return { state: 'ok', reason: '' };
}
