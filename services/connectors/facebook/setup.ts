import {
  type Account,
  appToken,
  type Connected,
  ConnectorError,
  readGraphToken,
  sharedHookUrl,
  type Tools,
} from '@trunkline/adapter-kit';
import { ask, type Channel, callOf } from './api.ts';
import type { Settings } from './settings.ts';
import { warningOf } from './setup-rights.ts';
import { doneSchema, hooksSchema, pageSchema, subscribedSchema } from './types.ts';
import { verifyToken } from './verify.ts';

/** What the app wants to hear of a page. */
const fields = [
  ...['messages', 'messaging_postbacks', 'messaging_optins', 'message_deliveries', 'message_reads', 'message_echoes'],
  ...['message_reactions', 'message_edits', 'messaging_referrals', 'messaging_handovers', 'standby', 'feed'],
  'message_template_status_update',
].join(',');

/** Last part of the hook's address: an app has one for all of its pages. */
export function hookKey({ appId }: Settings): string {
  return `app-${appId}`;
}

/** Asks whose token it is. The proof that goes along shows that the app's secret is the one of the token's app. */
export async function identify(channel: Channel, tools: Tools): Promise<Account> {
  const call = { path: 'me', query: { fields: 'id,name' } };
  try {
    const { id: accountId, name: accountName } = await ask(pageSchema, call, channel, tools);
    return { accountId, accountName };
  } catch (error) {
    const isProof = error instanceof ConnectorError && /appsecret_proof/i.test(error.message);
    throw isProof ? new ConnectorError('auth_revoked', "The app secret is not the one of the token's app.") : error;
  }
}

/**
 * Gives the app its hook, has the page call it, and reads both back. The platform asks for the handshake in the middle of it.
 * Without a way to begin, links would carry nothing into new conversations.
 */
export async function connect(channel: Channel, hookUrl: string | undefined, tools: Tools): Promise<Connected> {
  const account = await identify(channel, tools);
  if (hookUrl === undefined) await disconnect(channel, tools);
  else {
    await writeHook(channel, sharedHookUrl(hookUrl, hookKey(channel.settings)), tools);
    await subscribe(channel, tools);
    await ask(
      doneSchema,
      { path: 'me/messenger_profile', body: { get_started: { payload: 'GET_STARTED' } } },
      channel,
      tools,
    );
  }
  const calledNow = await readHook(channel, tools);
  const { scopes } = await readGraphToken(callOf({ path: '' }, channel), tools);
  const warnings = [
    ...warningOf(scopes),
    ...(hookUrl === undefined ? ['Without a public address nothing comes in: Messenger cannot be polled.'] : []),
  ];
  return { ...account, deepLink: `https://m.me/${account.accountId}?ref=`, hookUrl: calledNow ?? '', warnings };
}

/** The page calls the app no more; the app's hook stays, because its other pages need it. */
export async function disconnect(channel: Channel, tools: Tools): Promise<void> {
  await ask(doneSchema, { path: 'me/subscribed_apps', method: 'DELETE' }, channel, tools);
}

/** Whom the app calls for its pages, as far as this page is one of them; undefined: nobody hears of it. */
export async function readHook(channel: Channel, tools: Tools): Promise<string | undefined> {
  const { appId } = channel.settings;
  const [hooks, subscribed] = await Promise.all([
    ask(hooksSchema, { path: `${appId}/subscriptions`, token: appToken(channel) }, channel, tools),
    ask(subscribedSchema, { path: 'me/subscribed_apps' }, channel, tools),
  ]);
  const isHeard = subscribed.data.some(
    ({ id, subscribed_fields: own = [] }) => id === appId && own.includes('messages'),
  );
  return isHeard ? hooks.data.find(({ object }) => object === 'page')?.callback_url : undefined;
}

/** Has the page call the app, again where the platform has given it up. */
export async function subscribe(channel: Channel, tools: Tools): Promise<void> {
  const body = { subscribed_fields: fields };
  await ask(doneSchema, { path: 'me/subscribed_apps', body }, channel, tools);
}

async function writeHook(channel: Channel, url: string, tools: Tools): Promise<void> {
  const body = { object: 'page', callback_url: url, verify_token: verifyToken(channel), fields };
  const path = `${channel.settings.appId}/subscriptions`;
  await ask(doneSchema, { path, body, token: appToken(channel) }, channel, tools);
}
