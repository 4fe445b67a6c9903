import { createHash } from 'node:crypto';
import { setTimeout as passed } from 'node:timers/promises';
import { type ChannelAccess, fetchedCall, type RawCall, type Tools } from '@trunkline/adapter-kit';
import { callApi } from './api.ts';
import { integer } from './render.ts';
import type { Settings } from './settings.ts';
import { updateSchema, updatesSchema } from './types.ts';

const getUpdates = ['messages/getUpdates/', updatesSchema] as const;
const known = updateSchema.pick({ update_id: true });

/** Updates without a number that are remembered, so that each is told once. */
const mostNameless = 1_000;

/** Asks for updates for ever, each next question confirming what is stored; after an answer without news it pauses. */
export async function* poll(channel: ChannelAccess<Settings>, tools: Tools): AsyncGenerator<RawCall> {
  let confirmed: { readonly offset?: unknown } = {};
  const nameless = new Set<string>();
  while (!tools.signal.aborted) {
    const { updates } = await callApi(getUpdates, { body: { limit: 100, ...confirmed } }, channel, tools);
    const before = confirmed;
    for (const update of updates) {
      const { update_id: id } = known.safeParse(update).data ?? {};
      // What has no number is parked like all that cannot be understood, and goes with its neighbours; alone it comes again.
      if (id === undefined && isAgain(update, nameless)) continue;
      yield fetchedCall({ ok: true, updates: [update] }, tools);
      if (id !== undefined) confirmed = { offset: integer(String(BigInt(id) + 1n)) };
    }
    if (confirmed === before) await pause(channel.settings.pollSeconds * 1_000, tools.signal);
  }
}

function isAgain(update: unknown, seen: Set<string>): boolean {
  const print = createHash('sha256').update(JSON.stringify(update)).digest('base64');
  if (seen.has(print)) return true;
  if (seen.size >= mostNameless) seen.clear();
  seen.add(print);
  return false;
}

/** Ends early, and well, when the polling has to end. */
async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await passed(ms, undefined, { signal }).catch(() => undefined);
}
