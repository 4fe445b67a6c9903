import type { Account, Around, Connected, Tools } from '@trunkline/adapter-kit';
import {
  appSecretProof,
  ConnectorError,
  isMetaAppOurs,
  readGraphToken,
  sharedHookUrl,
  subscribeMetaApp,
} from '@trunkline/adapter-kit';
import { ask, type Channel, callOf } from './api.ts';
import { appOf, unheard } from './setup-app.ts';
import { doneSchema, numberSchema, type PhoneNumber, subscriptionsSchema } from './types.ts';
import { hookKey, verifyToken } from './verify.ts';

const numberFields =
  'display_phone_number,verified_name,quality_rating,code_verification_status,throughput,is_on_biz_app,status,platform_type,health_status';
const rights = ['whatsapp_business_messaging', 'whatsapp_business_management'];

/** Asks which number it is. The proof shows that the app's secret belongs to the token, before any call is signed by it. */
export async function identify(channel: Channel, tools: Tools): Promise<Account> {
  return accountOf(await readNumber(channel, tools));
}

/**
 * Registers the number where it is not yet and a PIN was given, has the app hear of what we understand and the account call us,
 * and reads both back. The platform asks for the handshake in the middle of it.
 */
export async function connect(channel: Channel, hookUrl: string | undefined, tools: Tools): Promise<Connected> {
  const number = await readNumber(channel, tools);
  const pin = channel.optionalSecret('pin') ?? '';
  const isRegistered = (number.platform_type ?? 'CLOUD_API') === 'CLOUD_API' && number.status !== 'DISCONNECTED';
  if (!isRegistered && pin !== '') await register(channel, pin, tools);
  const { scopes = rights, appId } = await readGraphToken(callOf({ path: '' }, channel), tools);
  let missing: readonly string[] = [];
  if (hookUrl !== undefined) {
    const url = addressOf(channel, hookUrl);
    missing = await subscribeMetaApp(appOf(channel, appId, url), tools);
    await subscribe(channel, url, tools);
  }
  const calledNow = await readHook(channel, tools);
  const refused = rights.filter((right) => !scopes.includes(right));
  const warnings = [
    ...(isRegistered || pin !== ''
      ? []
      : ['The number is not registered: give its six-digit PIN as the secret "pin".']),
    ...(refused.length === 0 ? [] : [`The token lacks rights: ${refused.join(', ')}.`]),
    ...unheard(missing),
    ...tooFast(number, channel.settings.messagesPerSecond),
    ...(hookUrl === undefined ? ['Without a public address nothing comes in: WhatsApp cannot be polled.'] : []),
  ];
  // The words before the key are for the person to read and change; the key is cut out when it comes back.
  const deepLink = `https://wa.me/${number.display_phone_number.replaceAll(/\D/g, '')}?text=Hello!%20(code%3A%20`;
  return { ...accountOf(number), deepLink, hookUrl: calledNow ?? '', warnings };
}

/** What the account is to call: one address for all of its numbers. */
export function addressOf({ settings }: Channel, hookUrl: string): string {
  return sharedHookUrl(hookUrl, hookKey(settings));
}

/**
 * Takes the hook away when no other number of the account needs it: then the app's own address is called again. Where that is ours,
 * the account calls the app no more; what the app hears of stays, because its other accounts need it.
 */
export async function disconnect(channel: Channel, tools: Tools, { isLastAtHook }: Around): Promise<void> {
  if (!isLastAtHook) return;
  const url = await readHook(channel, tools);
  const { appId } = await readGraphToken(callOf({ path: '' }, channel), tools);
  if (url === undefined || !(await isMetaAppOurs(appOf(channel, appId, url), tools))) {
    return await subscribe(channel, undefined, tools);
  }
  await ask(
    doneSchema,
    { path: `${channel.settings.businessAccountId}/subscribed_apps`, method: 'DELETE' },
    channel,
    tools,
  );
}

/** Reads the number as the platform knows it. Throws ConnectorError. */
export async function readNumber(channel: Channel, tools: Tools): Promise<PhoneNumber> {
  const proof = appSecretProof(channel.secret('token'), channel.secret('appSecret'));
  const call = { path: channel.settings.phoneNumberId, query: { fields: numberFields, appsecret_proof: proof } };
  try {
    return await ask(numberSchema, call, channel, tools);
  } catch (error) {
    const isProof = error instanceof ConnectorError && /appsecret_proof/i.test(error.message);
    throw isProof ? new ConnectorError('auth_revoked', "The app secret is not the one of the token's app.") : error;
  }
}

/** Whom the account calls; undefined: the app's own address, or nobody. */
export async function readHook(channel: Channel, tools: Tools): Promise<string | undefined> {
  const call = { path: `${channel.settings.businessAccountId}/subscribed_apps` };
  const { data } = await ask(subscriptionsSchema, call, channel, tools);
  return data.find(({ override_callback_uri: uri }) => uri !== undefined)?.override_callback_uri;
}

/** Has the account call an address; undefined: the app's own. */
export async function subscribe(channel: Channel, url: string | undefined, tools: Tools): Promise<void> {
  const body = url === undefined ? {} : { override_callback_uri: url, verify_token: verifyToken(channel) };
  await ask(doneSchema, { path: `${channel.settings.businessAccountId}/subscribed_apps`, body }, channel, tools);
}

async function register(channel: Channel, pin: string, tools: Tools): Promise<void> {
  const body = { messaging_product: 'whatsapp', pin };
  await ask(doneSchema, { path: `${channel.settings.phoneNumberId}/register`, body }, channel, tools);
}

function accountOf({ id, display_phone_number: number, verified_name: name = '' }: PhoneNumber): Account {
  return { accountId: id, accountName: [name, number].filter(Boolean).join(' ') };
}

/** A number that is in a telephone, too, is let send fewer; the platform says so without a figure. */
function tooFast({ is_on_biz_app: isInApp = false, throughput }: PhoneNumber, perSecond: number): string[] {
  const most = isInApp ? 20 : throughput?.level === 'HIGH' ? 1_000 : 80;
  if (perSecond <= most) return [];
  const words = isInApp ? 'is in the WhatsApp Business app, too' : 'has the usual throughput';
  return [`The number ${words}: it may send ${most} messages a second; set no more than that.`];
}
