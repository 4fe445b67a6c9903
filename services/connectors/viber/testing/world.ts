import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { type ChannelAccess, createGuardedFetch, type HookAnswer, type RawCall } from '@trunkline/adapter-kit';
import type { ChannelEvent } from '@trunkline/contracts';
import { createOuterHttp } from '@trunkline/runtime';
import { createMemoryTools, type MemoryToolsOptions } from '@trunkline/testkit';
import { answer } from '../hook.ts';
import connector from '../index.ts';
import { parse } from '../parse.ts';
import type { Settings } from '../settings.ts';
import { connect } from '../setup.ts';
import { createViberSimulator, type ViberOptions } from '../simulator/index.ts';
import { verify } from '../verify.ts';
import { channelFor } from './desk.ts';

/** A simulated bot, Anna who has written to it, the connector's channel of it, and a hook that the connector answers. */
export async function startWorld({
  settings = {},
  ...options
}: ViberOptions & { readonly settings?: Partial<Settings> } = {}) {
  const simulator = await createViberSimulator({ retryDelayMs: 5, ...options });
  const channel = channelFor(simulator.url, simulator.account.token, settings);
  const http = createOuterHttp({ allowPrivate: true, connectTimeoutMs: 5_000 });
  const signal = AbortSignal.timeout(60_000);
  const fetch = createGuardedFetch({ http, hosts: connector.hosts?.(channel.settings), signal });
  const hook = await startHook(channel);
  const anna = simulator.person({ id: '01234567890A=', name: 'Anna' });
  simulator.write({ from: anna.id, text: 'hello' });
  const tools = (more: MemoryToolsOptions = {}) => createMemoryTools({ fetch, signal, ...more });
  return {
    ...{ simulator, channel, hook, anna, tools },
    /** Tells the bot where to call. */
    connect: () => connect(channel, hook.url, tools()),
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
async function startHook(channel: ChannelAccess<Settings>) {
  const events: ChannelEvent[] = [];
  const refusals: number[] = [];
  const take = (call: RawCall): HookAnswer => {
    const refusal = refusals.shift();
    if (refusal !== undefined) return { status: refusal };
    if (!verify(call, channel)) return { status: 401 };
    events.push(...parse(call, channel));
    return answer(call, channel);
  };
  const server = createServer(async (request, response) => {
    const headers = request.headers as Record<string, string>;
    const query = Object.fromEntries(new URL(request.url ?? '', 'http://hook').searchParams);
    const body = await buffer(request);
    const said = take({ method: 'POST', path: '', query, headers, body, receivedAtMs: Date.now() });
    response.writeHead(said.status).end(said.body ?? '');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hooks/viber/one`,
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
