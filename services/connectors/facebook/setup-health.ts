import { ConnectorError, type Health, readGraphToken, sharedHookUrl, type Tools } from '@trunkline/adapter-kit';
import { type Channel, callOf } from './api.ts';
import { hookKey, identify, readHook, subscribe } from './setup.ts';
import { refusedRights } from './setup-rights.ts';

/** Refusals that say: the page broke rules. */
const locked: readonly (string | undefined)[] = ['368', '10/1893063'];
const stolen = 'Another program has taken the hook of this app: write the hook again.';

/**
 * Asks how the page, its token and its hook are doing. A page that the platform does not call any more, as after an outage of
 * ours, is subscribed again.
 */
export async function probe(channel: Channel, hookUrl: string | undefined, tools: Tools): Promise<Health> {
  try {
    await identify(channel, tools);
    const { endsAtMs, scopes } = await readGraphToken(callOf({ path: '' }, channel), tools);
    const [refused] = refusedRights(scopes);
    const health = refused === undefined ? await hookHealth(channel, hookUrl, tools) : degraded(refused);
    return endsAtMs === undefined ? health : { ...health, tokenEndsAtMs: endsAtMs };
  } catch (error) {
    if (!(error instanceof ConnectorError) || error.code !== 'auth_revoked') throw error;
    if (locked.includes(error.platformCode)) return { state: 'banned', reason: error.message };
    return { state: 'needs_sign_in', reason: `Facebook does not accept the token any more: ${error.message}` };
  }
}

async function hookHealth(channel: Channel, hookUrl: string | undefined, tools: Tools): Promise<Health> {
  if (hookUrl === undefined) return { state: 'ok', reason: '' };
  const wanted = sharedHookUrl(hookUrl, hookKey(channel.settings));
  const calledNow = await readHook(channel, tools);
  if (calledNow === undefined) await subscribe(channel, tools);
  const called = calledNow ?? (await readHook(channel, tools));
  return called === wanted ? { state: 'ok', reason: '' } : degraded(stolen);
}

function degraded(reason: string): Health {
  return { state: 'degraded', reason };
}
