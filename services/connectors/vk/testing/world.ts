import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { type ConfirmedSend, createGuardedFetch, type HookAnswer, type RawCall } from '@trunkline/adapter-kit';
import type { ChannelEvent } from '@trunkline/contracts';
import { createOuterHttp } from '@trunkline/runtime';
import { createMemoryState, createMemoryTools, type MemoryToolsOptions, until } from '@trunkline/testkit';
import { answer, confirms } from '../hook.ts';
import connector from '../index.ts';
import { parse } from '../parse.ts';
import type { Settings } from '../settings.ts';
import { connect, identify } from '../setup.ts';
import { createVkSimulator, type VkOptions } from '../simulator/index.ts';
import { verify } from '../verify.ts';
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
  const state = createMemoryState();
  const hook = await startHook(channel);
  const anna = simulator.person({ id: 55_012_345, name: 'Anna K' });
  simulator.write({ from: anna.id, text: 'hello' });
  const tools = (more: MemoryToolsOptions = {}) => createMemoryTools({ fetch, signal, state, ...more });
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

/** A hook as the host has it, without what stores. */
async function startHook(channel: ReturnType<typeof channelFor>) {
  const events: ChannelEvent[] = [];
  const confirmed: ConfirmedSend[] = [];
  const refusals: number[] = [];
  const take = (call: RawCall): HookAnswer => {
    const refusal = refusals.shift();
    if (refusal !== undefined) return { status: refusal };
    if (!verify(call, channel)) return { status: 401 };
    events.push(...parse(call, channel));
    confirmed.push(...confirms(call));
    return answer(call, channel);
  };
  const server = createServer(async (request, response) => {
    const body = await buffer(request);
    const said = take({ method: 'POST', path: '', query: {}, headers: {}, body, receivedAtMs: Date.now() });
    response.writeHead(said.status).end(said.body ?? '');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hooks/vk/${channel.id}`,
    /** What came, in order; and what it proved. */
    ...{ events, confirmed },
    /** Answers of the next calls, before it works as it should. */
    refusals,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
