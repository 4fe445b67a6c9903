import {
  type Account,
  appToken,
  type Connected,
  ConnectorError,
  sharedHookUrl,
  type Tools,
} from '@trunkline/adapter-kit';
import { ask, type Channel } from './api.ts';
import type { Settings } from './settings.ts';
import { accountSchema, doneSchema, hooksSchema, subscribedSchema } from './types.ts';
import { verifyToken } from './verify.ts';

/** What the app wants to hear of an account; and what not every app may hear of. */
const usualFields = [
  ...['messages', 'messaging_postbacks', 'messaging_seen', 'message_reactions', 'messaging_referral'],
  ...['comments', 'live_comments'],
];
const allFields = [...usualFields, 'message_edit'];

/** Last part of the hook's address: an app has one for all of its accounts. */
export function hookKey({ appId }: Settings): string {
  return `app-${appId}`;
}

/** Asks whose token it is. */
export async function identify(channel: Channel, tools: Tools): Promise<Account> {
  const { accountId, username } = await readAccount(channel, tools);
  return { accountId, accountName: username };
}

/**
 * Gives the app its hook where the platform lets us, has the account call it, and reads both back. The platform asks for the
 * handshake in the middle of it.
 */
export async function connect(channel: Channel, hookUrl: string | undefined, tools: Tools): Promise<Connected> {
  const { accountId, username } = await readAccount(channel, tools);
  const wanted = hookUrl === undefined ? undefined : sharedHookUrl(hookUrl, hookKey(channel.settings));
  const refused = wanted === undefined ? undefined : await writeHook(channel, wanted, tools);
  if (wanted === undefined) await disconnect(channel, tools);
  else await subscribe(channel, tools);
  const isHeard = await isSubscribed(channel, tools);
  const calledNow = isHeard ? ((await readHook(channel, tools)) ?? wanted) : undefined;
  const silent = 'Without a public address only comments come in, which are fetched.';
  const warnings = [...(refused === undefined ? [] : [refused]), ...(wanted === undefined ? [silent] : [])];
  const deepLink = `https://ig.me/m/${encodeURIComponent(username)}?ref=`;
  return { accountId, accountName: username, deepLink, hookUrl: calledNow ?? '', warnings };
}

/** The account calls the app no more; the app's hook stays, because its other accounts need it. */
export async function disconnect(channel: Channel, tools: Tools): Promise<void> {
  await ask(doneSchema, { path: 'me/subscribed_apps', method: 'DELETE' }, channel, tools);
}

/** Has the account call the app, again where the platform has given it up. */
export async function subscribe(channel: Channel, tools: Tools): Promise<void> {
  await withFields((fields) =>
    ask(doneSchema, { path: 'me/subscribed_apps', body: { subscribed_fields: fields } }, channel, tools),
  );
}

/** Whether the account calls the app. */
export async function isSubscribed(channel: Channel, tools: Tools): Promise<boolean> {
  const { data } = await ask(subscribedSchema, { path: 'me/subscribed_apps' }, channel, tools);
  return data.some(({ subscribed_fields: own = [] }) => own.includes('messages'));
}

/** Whom the app calls for its accounts; undefined where the platform does not say. */
export async function readHook(channel: Channel, tools: Tools): Promise<string | undefined> {
  try {
    const { data } = await ask(hooksSchema, subscriptionsCall(channel), channel, tools);
    return data.find(({ object }) => object === 'instagram')?.callback_url;
  } catch (error) {
    if (isPassing(error)) throw error;
    return undefined;
  }
}

/** Not every app may write its hook by a call: then a person does it, and is told what to paste. */
async function writeHook(channel: Channel, url: string, tools: Tools): Promise<string | undefined> {
  const hook = { object: 'instagram', callback_url: url, verify_token: verifyToken(channel) };
  try {
    await withFields((fields) =>
      ask(doneSchema, { ...subscriptionsCall(channel), body: { ...hook, fields } }, channel, tools),
    );
    return undefined;
  } catch (error) {
    if (!(error instanceof ConnectorError) || isPassing(error)) throw error;
    const where = 'on the page of the app under Instagram → API setup, 2. Configure webhooks';
    return `Instagram did not let us write the hook (${error.message}). Write ${where}: callback URL ${url}, verify token ${hook.verify_token}.`;
  }
}

/** Asks for everything, and for what every app may hear of where that is refused. */
async function withFields(write: (fields: string) => Promise<unknown>): Promise<void> {
  try {
    await write(allFields.join(','));
  } catch (error) {
    if (!(error instanceof ConnectorError) || error.code !== 'content_invalid') throw error;
    await write(usualFields.join(','));
  }
}

function subscriptionsCall(channel: Channel) {
  const { appsUrl, apiVersion, appId } = channel.settings;
  const root = `${appsUrl.replace(/\/+$/, '')}/${apiVersion}`;
  return { root, path: `${appId}/subscriptions`, token: appToken(channel) };
}

function isPassing(error: unknown): boolean {
  return error instanceof ConnectorError && (error.code === 'transient' || error.code === 'retry_after');
}

async function readAccount(channel: Channel, tools: Tools) {
  const call = { path: 'me', query: { fields: 'user_id,username' } };
  const { user_id: own, id, username = '' } = await ask(accountSchema, call, channel, tools);
  const accountId = own ?? id;
  if (accountId !== undefined) return { accountId, username: username || accountId };
  throw new ConnectorError('auth_revoked', 'Instagram does not say whose token this is.');
}
