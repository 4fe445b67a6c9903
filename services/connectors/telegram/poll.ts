import type { ChannelAccess, RawCall, Tools } from '@trunkline/adapter-kit';
import { z } from 'zod';
import { callApi } from './api.ts';
import { connectorError } from './errors.ts';
import { updateKinds } from './parse.ts';
import type { Settings } from './settings.ts';
import { updateSchema } from './types.ts';

const updatesSchema = z.array(updateSchema);

/** Asks for updates for ever. Each next question confirms all that came before, and is asked only once they are stored. */
export async function* poll(channel: ChannelAccess<Settings>, tools: Tools): AsyncGenerator<RawCall> {
  const timeout = channel.settings.pollTimeoutSeconds;
  let offset: number | undefined;
  while (!tools.signal.aborted) {
    const params = { timeout, limit: 100, allowed_updates: updateKinds, ...(offset === undefined ? {} : { offset }) };
    const answer = await callApi({ method: 'getUpdates', params, uploads: [] }, channel, tools, timeout * 1_000);
    if (!answer.isOk) throw connectorError(answer.failure);
    for (const update of updatesSchema.parse(answer.result)) {
      yield callOf(update, tools.now());
      offset = Number(update.update_id) + 1;
    }
  }
}

function callOf(update: unknown, receivedAtMs: number): RawCall {
  const body = Buffer.from(JSON.stringify(update));
  return { method: 'POST', path: '', query: {}, headers: {}, body, receivedAtMs };
}
