import { ConnectorError, fetchedCall, jsonOrNothing, type RawCall, type Tools } from '@trunkline/adapter-kit';
import { z } from 'zod';
import { type Channel, callApi } from './api.ts';
import type { Settings } from './settings.ts';
import { placeSchema, pollServerSchema } from './types.ts';

type Server = z.output<typeof pollServerSchema>;

const getServer = ['groups.getLongPollServer', pollServerSchema] as const;
const answerSchema = z.union([
  z.object({ failed: z.int(), ts: placeSchema.optional() }),
  z.object({ ts: placeSchema, updates: z.array(z.unknown()) }),
]);
const placeKey = 'poll';
const knownFailures = new Set([1, 2, 3]);
const strange = (failed: number) => `VK's poll server answered "failed": ${failed}, which is not known`;

/**
 * Asks for updates for ever. The place is kept from the first answer on, and moved once everything before it is stored: whoever
 * was asleep goes on from there, as far as VK still has it. Throws when something is lost, so that it is told.
 */
export async function* poll(channel: Channel, tools: Tools): AsyncGenerator<RawCall> {
  const kept = await tools.state.get<string>(placeKey);
  let server = await serverAt(channel, tools, kept?.value);
  if (kept === undefined) await tools.state.put(placeKey, server.ts);
  for (let isRenewed = false; !tools.signal.aborted; ) {
    const answer = await ask(server, channel.settings, tools);
    if ('failed' in answer) {
      // Whatever else it may be one day: the place is kept, and asked for again.
      if (!knownFailures.has(answer.failed)) throw new ConnectorError('transient', strange(answer.failed));
      // 2: the key is over. 1 and 3: what came behind the place is lost, and VK may tell where it goes on.
      const isLost = answer.failed !== 2;
      server = await serverAt(channel, tools, isLost ? answer.ts : server.ts);
      if (isLost) await tools.state.put(placeKey, server.ts);
      if (isLost) throw new ConnectorError('transient', 'VK has lost what it told while nobody asked', { isGap: true });
      if (isRenewed) throw new ConnectorError('transient', "VK's poll server takes no key");
      isRenewed = true;
      continue;
    }
    isRenewed = false;
    for (const update of answer.updates) {
      yield fetchedCall(update, tools);
    }
    server = { ...server, ts: answer.ts };
    if (answer.updates.length > 0) await tools.state.put(placeKey, answer.ts);
  }
}

async function serverAt(channel: Channel, tools: Tools, ts: string | undefined): Promise<Server> {
  const server = await callApi(getServer, { group_id: channel.accountId }, channel, tools);
  return ts === undefined ? server : { ...server, ts };
}

async function ask({ server, key, ts }: Server, { pollTimeoutSeconds: wait }: Settings, tools: Tools) {
  const query = new URLSearchParams({ act: 'a_check', key, ts, wait: String(wait) });
  const response = await tools.fetch(`${server}?${query}`, { timeoutMs: (wait + 15) * 1_000 });
  const { success, data } = answerSchema.safeParse(jsonOrNothing(await response.text()));
  if (success) return data;
  throw new ConnectorError('transient', `VK's poll server answered in an unknown form, with status ${response.status}`);
}
