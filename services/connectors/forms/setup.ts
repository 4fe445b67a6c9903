import { type ChannelAccess, type Connected, newSecret } from '@trunkline/adapter-kit';
import type { Settings } from './settings.ts';

/** Gives the form its key and its address: a page of its own, and the folder of the script. Keeps what it has. */
export async function connect(channel: ChannelAccess<Settings>, hookUrl: string | undefined): Promise<Connected> {
  return {
    accountId: channel.id,
    accountName: channel.name,
    secrets: { form_key: channel.optionalSecret('form_key') ?? newSecret() },
    ...(hookUrl !== undefined && { deepLink: hookUrl, hookUrl }),
  };
}
