import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { ConnectorError, createGuardedFetch, type HookAnswer, type RawCall } from '@trunkline/adapter-kit';
import type { ChannelEvent } from '@trunkline/contracts';
import { createOuterHttp } from '@trunkline/runtime';
import { createMemoryState, createMemoryTools, type MemoryToolsOptions } from '@trunkline/testkit';
import { answer } from '../hook.ts';
import connector from '../index.ts';
import { parse } from '../parse.ts';
import type { Settings } from '../settings.ts';
import { type BotFrameworkOptions, createBotFrameworkSimulator } from '../simulator/index.ts';
import { verify } from '../verify.ts';
import { channelFor } from './desk.ts';

/** A simulated service with a bot, Anna in Teams, the connector's channel of the bot, and a hook that the connector answers. */
export async function startWorld({
  settings = {},
  ...options
}: BotFrameworkOptions & { readonly settings?: Partial<Settings> } = {}) {
  const simulator = await createBotFrameworkSimulator({ retryDelayMs: 5, isPaced: false, ...options });
  const { bot, url } = simulator;
  const secrets: Record<string, string> = { clientSecret: bot.secret };
  const openIdUrl = `${url}/v1/.well-known/openidconfiguration`;
  const channel = channelFor(secrets, { loginUrl: url, openIdUrl, firstWordUrl: simulator.serviceUrl(), ...settings });
  const http = createOuterHttp({ allowPrivate: true, connectTimeoutMs: 5_000 });
  const signal = AbortSignal.timeout(60_000);
  const fetch = createGuardedFetch({ http, hosts: connector.hosts?.(channel.settings), signal });
  const now = options.now ?? Date.now;
  const state = createMemoryState(now);
  const tools = (more: MemoryToolsOptions = {}) => createMemoryTools({ fetch, signal, now, state, ...more });
  const hook = await startHook(async (call) => {
    if (!(await verify(call, channel, tools()))) return undefined;
    return { events: parse(call, channel), said: answer(call) };
  });
  simulator.setHook({ url: hook.url });
  const anna = simulator.person({ name: 'Anna K' });
  return {
    ...{ simulator, hook, anna, tools, channel, secrets },
    /** What a person sees at the bottom. */
    last: (chat = anna.id) => simulator.view(chat).messages.at(-1),
    [Symbol.asyncDispose]: async () => {
      await simulator.close();
      await hook[Symbol.asyncDispose]();
      await http[Symbol.asyncDispose]();
    },
  };
}

interface Taken {
  readonly events: readonly ChannelEvent[];
  readonly said: HookAnswer;
}

/** A hook as the host has it, without what stores: what is not understood is taken all the same. */
async function startHook(take: (call: RawCall) => Promise<Taken | undefined>) {
  const events: ChannelEvent[] = [];
  const refusals: number[] = [];
  const parked: string[] = [];
  const answerTo = async (call: RawCall): Promise<HookAnswer> => {
    const refusal = refusals.shift();
    if (refusal !== undefined) return { status: refusal };
    try {
      const taken = await take(call);
      if (taken === undefined) return { status: 401 };
      events.push(...taken.events);
      return taken.said;
    } catch (error) {
      if (!(error instanceof ConnectorError)) return { status: 500 };
      if (error.code === 'transient') return { status: 503 };
      parked.push(error.code);
      return answer(call);
    }
  };
  const server = createServer(async (request, response) => {
    const headers = request.headers as Record<string, string>;
    const body = await buffer(request);
    const said = await answerTo({ method: 'POST', path: '', query: {}, headers, body, receivedAtMs: Date.now() });
    response.writeHead(said.status).end(said.body ?? '');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hooks/botframework/one`,
    /** What came, in order. */
    events,
    /** Codes of what was not understood. */
    parked,
    /** Answers of the next calls, before it works as it should. */
    refusals,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
