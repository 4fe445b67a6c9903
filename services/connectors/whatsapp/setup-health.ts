import {
  type Health,
  metaHookHealth,
  metaSignedOut,
  readGraphToken,
  repairMetaApp,
  type Tools,
} from '@trunkline/adapter-kit';
import { type Channel, callOf } from './api.ts';
import { addressOf, readHook, readNumber, subscribe } from './setup.ts';
import { appOf, unheard } from './setup-app.ts';
import type { PhoneNumber } from './types.ts';

/** Refusals that say: the account is locked, or has broken rules. */
const locked = ['131031', '368'];
const low = 'People block or report this number: its quality is low, and WhatsApp will let it write to fewer of them.';

/** Asks how the number, its account, its token and its hook are doing; the worst is told. */
export async function probe(channel: Channel, hookUrl: string | undefined, tools: Tools): Promise<Health> {
  const wanted = hookUrl && addressOf(channel, hookUrl);
  const hook = { read: () => readHook(channel, tools), write: () => subscribe(channel, wanted, tools) };
  try {
    const asking = [readNumber(channel, tools), readGraphToken(callOf({ path: '' }, channel), tools)] as const;
    const [number, { endsAtMs, appId }, hookHealth] = await Promise.all([...asking, metaHookHealth(wanted, hook)]);
    const missing = wanted === undefined ? [] : await repairMetaApp(appOf(channel, appId, wanted), tools);
    const [deaf] = unheard(missing).map((reason): Health => ({ state: 'degraded', reason }));
    const health = troubleOf(number) ?? deaf ?? hookHealth;
    return endsAtMs === undefined ? health : { ...health, tokenEndsAtMs: endsAtMs };
  } catch (error) {
    return metaSignedOut(error, 'WhatsApp', locked);
  }
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
