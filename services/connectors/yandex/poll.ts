import { setTimeout as passed } from 'node:timers/promises';
import { type ChannelAccess, type RawCall, readAs, type Tools } from '@trunkline/adapter-kit';
import { callApi } from './api.ts';
import { integer } from './render.ts';
import type { Settings } from './settings.ts';
import { updateSchema, updatesSchema } from './types.ts';

const getUpdates = ['messages/getUpdates/', updatesSchema] as const;
const known = updateSchema.pick({ update_id: true });

/** Asks for updates for ever, each next question confirming what is stored; after an empty answer it pauses. */
export async function* poll(channel: ChannelAccess<Settings>, tools: Tools): AsyncGenerator<RawCall> {
  let confirmed: { readonly offset?: unknown } = {};
  while (!tools.signal.aborted) {
    const { updates } = await callApi(getUpdates, { body: { limit: 100, ...confirmed } }, channel, tools);
    for (const update of updates) {
      const { update_id: id } = readAs(known, update);
      const body = Buffer.from(JSON.stringify({ ok: true, updates: [update] }));
      yield { method: 'POST', path: '', query: {}, headers: {}, body, receivedAtMs: tools.now() };
      confirmed = { offset: integer(String(BigInt(id) + 1n)) };
    }
    if (updates.length === 0) await pause(channel.settings.pollSeconds * 1_000, tools.signal);
  }
}

/** Ends early, and well, when the polling has to end. */
async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await passed(ms, undefined, { signal }).catch(() => undefined);
}
