import {
  type Account,
  type ChannelAccess,
  type Connected,
  ConnectorError,
  type Health,
  type Tools,
} from '@trunkline/adapter-kit';
import { keptToken, signIn } from './api-token.ts';
import type { Settings } from './settings.ts';
import { hasBeenCalled } from './verify-keys.ts';

type Channel = ChannelAccess<Settings>;

/** A token is renewed while it is still good for so long: until then the next probe comes twice. */
const renewBeforeMs = 15 * 60_000;

/** Asks for a token: the app is who it says it is. */
export async function identify(channel: Channel, tools: Tools): Promise<Account> {
  await signIn(channel, tools);
  return accountOf(channel);
}

/** Where the service calls is entered at Azure, by hand: nothing can be written from here, nor read back. */
export async function connect(channel: Channel, hookUrl: string | undefined, tools: Tools): Promise<Connected> {
  const secrets = await signIn(channel, tools);
  const { appId, isInTeams } = channel.settings;
  const deepLink = `https://teams.microsoft.com/l/chat/0/0?users=28:${appId}`;
  const noAddress = 'Azure lets no messages be fetched: without a public address nothing comes in.';
  return {
    ...accountOf(channel),
    ...(isInTeams ? { deepLink } : {}),
    hookUrl: hookUrl ?? '',
    warnings: [hookUrl === undefined ? noAddress : enter(hookUrl)],
    secrets,
  };
}

/** Renews the token, and sees whether the service has ever called. */
export async function probe(channel: Channel, hookUrl: string | undefined, tools: Tools): Promise<Health> {
  try {
    const isGood = keptToken(channel, tools.now() + renewBeforeMs) !== undefined;
    const renewed = isGood ? {} : { secrets: await signIn(channel, tools) };
    if (hookUrl === undefined || (await hasBeenCalled(tools))) return { state: 'ok', reason: '', ...renewed };
    return { state: 'degraded', reason: `Azure has not called yet. ${enter(hookUrl)}`, ...renewed };
  } catch (error) {
    if (!(error instanceof ConnectorError) || error.code !== 'auth_revoked') throw error;
    return { state: 'needs_sign_in', reason: `Microsoft gives no token: ${error.message} Enter a new client secret.` };
  }
}

function enter(hookUrl: string): string {
  return `Enter ${hookUrl} as the messaging endpoint of the bot, in the Azure portal under Configuration.`;
}

function accountOf({ settings: { appId, botName } }: Channel): Account {
  return { accountId: appId.toLowerCase(), accountName: botName || appId };
}
