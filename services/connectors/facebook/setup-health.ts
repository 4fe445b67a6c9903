import {
  type Health,
  type MetaHook,
  metaHookHealth,
  metaSignedOut,
  readGraphToken,
  sharedHookUrl,
  type Tools,
} from '@trunkline/adapter-kit';
import { type Channel, callOf } from './api.ts';
import { noteHeard, noteMissed } from './poll.ts';
import { withLeft } from './poll-missing.ts';
import { hookKey, identify, readHook, subscribe } from './setup.ts';
import { refusedRights } from './setup-rights.ts';

/** Refusals that say: the page broke rules. */
const locked = ['368', '10/1893063'];

/**
 * Asks how the page, its token and its hook are doing; the worst is told. What was said while it was lost is fetched; what is not
 * is told for a day.
 */
export async function probe(channel: Channel, hookUrl: string | undefined, tools: Tools): Promise<Health> {
  const wanted = hookUrl && sharedHookUrl(hookUrl, hookKey(channel.settings));
  const write = async () => {
    await noteMissed(tools);
    await subscribe(channel, tools);
  };
  const hook: MetaHook = { read: () => readHook(channel, tools), write };
  try {
    await identify(channel, tools);
    const { endsAtMs, scopes } = await readGraphToken(callOf({ path: '' }, channel), tools);
    const [refused] = refusedRights(scopes);
    const rights: Health | undefined = refused === undefined ? undefined : { state: 'degraded', reason: refused };
    const health = rights ?? (await metaHookHealth(wanted, hook));
    if (wanted !== undefined && health.state === 'ok') await noteHeard(tools);
    const told = await withLeft(health, tools);
    return endsAtMs === undefined ? told : { ...told, tokenEndsAtMs: endsAtMs };
  } catch (error) {
    return metaSignedOut(error, 'Facebook', locked);
  }
}
