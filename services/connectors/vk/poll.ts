import {
  type ChannelAccess,
  ConnectorError,
  fetchedCall,
  jsonOrNothing,
  type RawCall,
  type Tools,
} from '@trunkline/adapter-kit';
import { z } from 'zod';
import { callApi } from './api.ts';
import type { Settings } from './settings.ts';
import { placeSchema, pollServerSchema } from './types.ts';

type Channel = ChannelAccess<Settings>;
type Server = z.output<typeof pollServerSchema>;

const getServer = ['groups.getLongPollServer', pollServerSchema] as const;
const answerSchema = z.union([
  z.object({ failed: z.int(), ts: placeSchema.optional() }),
  z.object({ ts: placeSchema, updates: z.array(z.unknown()) }),
]);
const placeKey = 'poll';

/**
 * Asks for updates for ever. VK begins where it is asked to, so the place is kept once everything before it is stored: a
 * laptop that was asleep goes on from there, as far as VK still has it.
 */
export async function* poll(channel: Channel, tools: Tools): AsyncGenerator<RawCall> {
  const kept = await tools.state.get<string>(placeKey);
  let server = await serverAt(channel, tools, kept?.value);
  while (!tools.signal.aborted) {
    const answer = await ask(server, channel.settings, tools);
    if ('failed' in answer) {
      // 1: what came before the place is lost. 2: the key is over. 3: both.
      const isPlaceKnown = answer.failed === 2;
      const ts = answer.failed === 1 ? answer.ts : isPlaceKnown ? server.ts : undefined;
      server = answer.failed === 1 ? { ...server, ts: ts ?? server.ts } : await serverAt(channel, tools, ts);
      continue;
    }
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
