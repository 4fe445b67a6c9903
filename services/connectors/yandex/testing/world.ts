import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { createGuardedFetch, type RawCall } from '@trunkline/adapter-kit';
import type { ChannelEvent } from '@trunkline/contracts';
import { createOuterHttp } from '@trunkline/runtime';
import { createMemoryTools, type MemoryToolsOptions } from '@trunkline/testkit';
import connector from '../index.ts';
import { parse } from '../parse.ts';
import { connect } from '../setup.ts';
import { createYandexSimulator, type YandexOptions } from '../simulator/index.ts';
import { verify } from '../verify.ts';
import { channelFor } from './desk.ts';

/** A simulated bot, Anna who has written to it, the connector's channel of it, and a hook that the connector answers. */
export async function startWorld(options: YandexOptions = {}) {
  const simulator = await createYandexSimulator({ retryDelayMs: 5, ...options });
  const { bot, url } = simulator;
  const http = createOuterHttp({ allowPrivate: true, connectTimeoutMs: 5_000 });
  const signal = AbortSignal.timeout(60_000);
  const connected: { secret?: string } = {};
  const channel = () => channelFor(url, bot.token, connected.secret);
  const fetch = createGuardedFetch({ http, hosts: connector.hosts?.(channel().settings), signal });
  const hook = await startHook((call) => {
    if (!verify(call, channel())) return undefined;
    return parse(call, channel());
  });
  const anna = simulator.person({ id: 'anna@company.example', name: 'Anna' });
  const tools = (more: MemoryToolsOptions = {}) => createMemoryTools({ fetch, signal, ...more });
  return {
    ...{ simulator, hook, anna, tools, channel },
    /** Tells the bot where to call, and keeps the secret as the host does. */
    connect: async () => {
      const told = await connect(channel(), hook.url, tools());
      connected.secret = told.secrets?.hookSecret ?? '';
      return told;
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
async function startHook(take: (call: RawCall) => ChannelEvent[] | undefined) {
  const events: ChannelEvent[] = [];
  const refusals: number[] = [];
  const root = '/hooks/yandex/one';
  const server = createServer(async (request, response) => {
    const body = await buffer(request);
    const path = (request.url ?? '').slice(root.length);
    const told = take({ method: 'POST', path, query: {}, headers: {}, body, receivedAtMs: Date.now() });
    const status = told === undefined ? 401 : (refusals.shift() ?? 200);
    if (status === 200) events.push(...(told ?? []));
    response.writeHead(status).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}${root}`,
    /** What came, in order. */
    events,
    /** Answers of the next calls, before it works as it should. */
    refusals,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
