import { ConnectorError, type Health, readGraphToken, type Tools } from '@trunkline/adapter-kit';
import { type Channel, callOf } from './api.ts';
import { addressOf, readHook, readNumber, subscribe } from './setup.ts';
import type { PhoneNumber } from './types.ts';

/** Refusals that say: the account is locked, or has broken rules. */
const locked: readonly (string | undefined)[] = ['131031', '368'];
const stolen = 'Another program has taken the hook of this account: write the hook again.';
const low = 'People block or report this number: its quality is low, and WhatsApp will let it write to fewer of them.';

/**
 * Asks how the number, its account, its token and its hook are doing; the worst is told. A hook that is gone, not taken by
 * another program, is written again.
 */
export async function probe(channel: Channel, hookUrl: string | undefined, tools: Tools): Promise<Health> {
  try {
    const asking = [readNumber(channel, tools), readGraphToken(callOf({ path: '' }, channel), tools)] as const;
    const [number, { endsAtMs }, isOurs] = await Promise.all([...asking, hasHook(channel, hookUrl, tools)]);
    const hook: Health = isOurs ? { state: 'ok', reason: '' } : { state: 'degraded', reason: stolen };
    const health = troubleOf(number) ?? hook;
    return endsAtMs === undefined ? health : { ...health, tokenEndsAtMs: endsAtMs };
  } catch (error) {
    if (!(error instanceof ConnectorError) || error.code !== 'auth_revoked') throw error;
    if (locked.includes(error.platformCode)) return { state: 'banned', reason: error.message };
    return { state: 'needs_sign_in', reason: `WhatsApp does not accept the token any more: ${error.message}` };
  }
}

async function hasHook(channel: Channel, hookUrl: string | undefined, tools: Tools): Promise<boolean> {
  if (hookUrl === undefined) return true;
  const calledNow = await readHook(channel, tools);
  if (calledNow === undefined) await subscribe(channel, hookUrl, tools);
  return (calledNow ?? (await readHook(channel, tools))) === addressOf(channel, hookUrl);
}

/** What is wrong with a number, by what the platform says of it. */
function troubleOf({ status = '', quality_rating: quality, health_status: health }: PhoneNumber): Health | undefined {
  const errors = (health?.entities ?? []).flatMap((entity) => entity.errors ?? []);
  const can = health?.can_send_message;
  const said = [status, can, errors[0]?.error_description].filter(Boolean).join(' ');
  const reason = `WhatsApp says of the number: ${said}`;
  if (status === 'BANNED' || can === 'BLOCKED') return { state: 'banned', reason };
  if (status === 'DELETED' || status === 'MIGRATED') return { state: 'off', reason };
  if (['FLAGGED', 'RESTRICTED', 'RATE_LIMITED'].includes(status) || can === 'LIMITED')
    return { state: 'degraded', reason };
  return quality === 'RED' ? { state: 'degraded', reason: low } : undefined;
}
