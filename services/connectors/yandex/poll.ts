import { setTimeout as passed } from 'node:timers/promises';
import { type ChannelAccess, fetchedCall, type RawCall, type Tools } from '@trunkline/adapter-kit';
import { callApi } from './api.ts';
import { integer } from './render.ts';
import type { Settings } from './settings.ts';
import { updateSchema, updatesSchema } from './types.ts';

const getUpdates = ['messages/getUpdates/', updatesSchema] as const;
const known = updateSchema.pick({ update_id: true });

/** Asks for updates for ever, each next question confirming what is stored; after an answer without news it pauses. */
export async function* poll(channel: ChannelAccess<Settings>, tools: Tools): AsyncGenerator<RawCall> {
  let confirmed: { readonly offset?: unknown } = {};
  while (!tools.signal.aborted) {
    const { updates } = await callApi(getUpdates, { body: { limit: 100, ...confirmed } }, channel, tools);
    const before = confirmed;
    for (const update of updates) {
      yield fetchedCall({ ok: true, updates: [update] }, tools);
      // What has no number is parked like all that cannot be understood, and goes with its neighbours.
      const { update_id: id } = known.safeParse(update).data ?? {};
      if (id !== undefined) confirmed = { offset: integer(String(BigInt(id) + 1n)) };
    }
    if (confirmed === before) await pause(channel.settings.pollSeconds * 1_000, tools.signal);
  }
}

/** Ends early, and well, when the polling has to end. */
async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await passed(ms, undefined, { signal }).catch(() => undefined);
}
