import { createGuardedFetch } from '@trunkline/adapter-kit';
import { createOuterHttp } from '@trunkline/runtime';
import {
  createMemoryState,
  createMemoryTools,
  type MemoryToolsOptions,
  startHookDouble,
  until,
} from '@trunkline/testkit';
import connector from '../index.ts';
import type { Settings } from '../settings.ts';
import { connect, identify } from '../setup.ts';
import { createVkSimulator, type VkOptions } from '../simulator/index.ts';
import { channelFor } from './desk.ts';

/** A simulated community, Anna who has written to it, the connector's channel of it, and a hook that the connector answers. */
export async function startWorld({
  settings = {},
  ...options
}: VkOptions & { readonly settings?: Partial<Settings> } = {}) {
  const simulator = await createVkSimulator({ retryDelayMs: 5, isPaced: false, ...options });
  const { id, token, appId, appSecret } = simulator.community;
  const secrets: Record<string, string> = { token, appSecret };
  const own = { oauthUrl: simulator.url, appId, communityIds: String(id), ...settings };
  const channel = { ...channelFor(simulator.url, secrets, own), accountId: String(id) };
  const http = createOuterHttp({ allowPrivate: true, connectTimeoutMs: 5_000 });
  const signal = AbortSignal.timeout(60_000);
  const fetch = createGuardedFetch({ http, hosts: connector.hosts?.(channel.settings), signal });
  // Handshakes are seconds apart.
  let nowMs = Date.now();
  const now = () => {
    nowMs += 1_001;
    return nowMs;
  };
  const state = createMemoryState();
  const anna = simulator.person({ id: 55_012_345, name: 'Anna K' });
  simulator.write({ from: anna.id, text: 'hello' });
  const tools = (more: MemoryToolsOptions = {}) => createMemoryTools({ fetch, signal, state, now, ...more });
  const hook = await startHookDouble(connector, channel, tools());
  return {
    ...{ simulator, channel, secrets, hook, anna, tools },
    /** As the directory does: who it is, what the handshake needs, then where to call; waits until VK has called. */
    connect: async () => {
      Object.assign(secrets, (await identify(channel, tools())).secrets);
      const connected = await connect(channel, hook.url, tools());
      await until(() => [...simulator.community.servers.values()].some(({ status }) => status === 'ok'));
      return connected;
    },
    /** What Anna sees at the bottom. */
    last: () => simulator.view(anna.id).messages.at(-1),
    [Symbol.asyncDispose]: async () => {
      await simulator.close();
      await hook[Symbol.asyncDispose]();
      await http[Symbol.asyncDispose]();
    },
  };
}
