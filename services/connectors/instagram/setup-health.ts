import { createHash } from 'node:crypto';
import { ConnectorError, type Health, metaSignedOut, sharedHookUrl, type Tools } from '@trunkline/adapter-kit';
import { ask, type Channel } from './api.ts';
import { hookKey, identify, isSubscribed, readHook, subscribe } from './setup.ts';
import { tokenSchema } from './types.ts';

const dayMs = 24 * 60 * 60_000;
/** Tokens live sixty days, and can be renewed when they are a day old. */
const renewedEveryMs = 7 * dayMs;
const lifeMs = 60 * dayMs;
const restricted = ['10/1893063'];
const stolen = 'Another program has taken the hook of this app: write the hook again.';

/** When a token was renewed, and when it ends. */
interface Renewed {
  /** Which token: after signing in anew nothing is known of the new one. */
  readonly of: string;
  readonly triedAtMs: number;
  readonly endsAtMs: number;
}

/**
 * Asks how the account and its hook are doing, and renews the token once a week. An account that the platform does not call any
 * more, as after an outage of ours, is subscribed again.
 */
export async function probe(channel: Channel, hookUrl: string | undefined, tools: Tools): Promise<Health> {
  try {
    await identify(channel, tools);
    const health = hookUrl === undefined ? ok : await hookHealth(channel, hookUrl, tools);
    return { ...health, ...(await renew(channel, tools)) };
  } catch (error) {
    return metaSignedOut(error, 'Instagram', restricted);
  }
}

const ok: Health = { state: 'ok', reason: '' };

async function hookHealth(channel: Channel, hookUrl: string, tools: Tools): Promise<Health> {
  if (!(await isSubscribed(channel, tools))) await subscribe(channel, tools);
  const called = await readHook(channel, tools);
  const isOurs = called === undefined || called === sharedHookUrl(hookUrl, hookKey(channel.settings));
  return isOurs ? ok : { state: 'degraded', reason: stolen };
}

async function renew(channel: Channel, tools: Tools): Promise<Partial<Health>> {
  const { state, now } = tools;
  const found = (await state.get<Renewed>('token'))?.value;
  const own = hashOf(channel.secret('token'));
  const kept = found?.of === own ? found : undefined;
  if (kept !== undefined && kept.triedAtMs > now() - renewedEveryMs) return { tokenEndsAtMs: kept.endsAtMs };
  const query = { grant_type: 'ig_refresh_token', access_token: channel.secret('token') };
  try {
    const call = { root: channel.settings.apiUrl, path: 'refresh_access_token', query };
    const { access_token: token, expires_in: seconds } = await ask(tokenSchema, call, channel, tools);
    const endsAtMs = seconds === undefined ? now() + lifeMs : now() + seconds * 1_000;
    await state.put<Renewed>('token', { of: hashOf(token), triedAtMs: now(), endsAtMs });
    return { tokenEndsAtMs: endsAtMs, secrets: { token } };
  } catch (error) {
    if (!(error instanceof ConnectorError) || error.code === 'auth_revoked') throw error;
    // Too young, or trouble that passes: tomorrow again. How long it lives is known only when it was renewed once.
    const endsAtMs = kept?.endsAtMs ?? now() + lifeMs;
    await state.put<Renewed>('token', { of: own, triedAtMs: now() - renewedEveryMs + dayMs, endsAtMs });
    return kept === undefined ? {} : { tokenEndsAtMs: endsAtMs };
  }
}

function hashOf(token: string): string {
  return createHash('sha256').update(token).digest('base64url');
}
