import { type ChannelAccess, fetchedCall, type RawCall, type Tools } from '@trunkline/adapter-kit';
import { z } from 'zod';
import { callApi } from './api.ts';
import { updateKinds } from './parse.ts';
import type { Settings } from './settings.ts';
import { updateSchema } from './types.ts';

const updatesSchema = z.array(updateSchema);

/** Asks for updates for ever. Each next question confirms all that came before, and is asked only once they are stored. */
export async function* poll(channel: ChannelAccess<Settings>, tools: Tools): AsyncGenerator<RawCall> {
  const timeout = channel.settings.pollTimeoutSeconds;
  let confirmed: { readonly offset?: number } = {};
  while (!tools.signal.aborted) {
    const params = { timeout, limit: 100, allowed_updates: updateKinds, ...confirmed };
    const result = await callApi({ method: 'getUpdates', params }, channel, tools, timeout * 1_000);
    for (const update of updatesSchema.parse(result)) {
      yield fetchedCall(update, tools);
      confirmed = { offset: Number(update.update_id) + 1 };
    }
  }
}
