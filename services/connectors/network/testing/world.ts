import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import {
  type ChannelAccess,
  ConnectorError,
  createGuardedFetch,
  type HookAnswer,
  type RawCall,
} from '@trunkline/adapter-kit';
import type { ChannelEvent } from '@trunkline/contracts';
import { createOuterHttp } from '@trunkline/runtime';
import { createMemoryState, createMemoryTools, type MemoryToolsOptions } from '@trunkline/testkit';
import { answer } from '../hook.ts';
import { refuses } from '../hook-refuses.ts';
import { parse } from '../parse.ts';
import type { Settings } from '../settings.ts';
import { connect } from '../setup.ts';
import { createNetworkSimulator, type NetworkOptions } from '../simulator/index.ts';
import { verify } from '../verify.ts';
import { channelWith } from './channel.ts';

/** How a world begins. */
export interface WorldOptions extends NetworkOptions {
  readonly settings?: Partial<Settings>;
  /** Pasted by whoever connects our channel; absent: it is a line. */
  readonly code?: string;
}

/** A partner's installation, our channel, and its hook as the host has it, without what stores. */
export async function startWorld({ settings = {}, code, ...options }: WorldOptions = {}) {
  const simulator = await createNetworkSimulator({ retryDelayMs: 5, ...options });
  const secrets: Record<string, string> = {};
  const channel = channelWith(secrets, settings);
  const http = createOuterHttp({ allowPrivate: true, connectTimeoutMs: 5_000 });
  const signal = AbortSignal.timeout(60_000);
  const fetch = createGuardedFetch({ http, hosts: undefined, signal });
  const now = options.now ?? Date.now;
  const state = createMemoryState(now);
  const tools = (more: MemoryToolsOptions = {}) => createMemoryTools({ fetch, signal, state, now, ...more });
  const hook = await startHook(channel, tools);
  const join = async (pasted = simulator.lineAddress()) => {
    secrets.code = pasted;
    const connected = await connect(channel, hook.url, tools());
    Object.assign(secrets, connected.secrets);
    return connected;
  };
  return {
    ...{ simulator, channel, secrets, hook, tools, join, state },
    /** Makes our channel a line. */
    open: async () => {
      const connected = await connect(channel, hook.url, tools());
      Object.assign(secrets, connected.secrets);
      return { ...connected, address: connected.deepLink ?? '' };
    },
    /** How our line calls somebody who joined it. */
    partner: (id: string) => {
      const seat = simulator.account.seats.get(id);
      return { platformId: seat?.from ?? '', resumeToken: seat?.ownUrl ?? '' };
    },
    [Symbol.asyncDispose]: async () => {
      await simulator.close();
      await hook[Symbol.asyncDispose]();
      await http[Symbol.asyncDispose]();
    },
  };
}

/** What is not understood is parked: its caller hears nothing of it. */
function understood(call: RawCall, channel: ChannelAccess<Settings>): ChannelEvent[] {
  try {
    return parse(call, channel);
  } catch (error) {
    if (error instanceof ConnectorError) return [];
    throw error;
  }
}

/** What the host makes of a proof: one that cannot be had now is asked for again. */
function proofOf(call: RawCall, channel: ChannelAccess<Settings>): 'genuine' | 'forged' | 'later' {
  try {
    return verify(call, channel) ? 'genuine' : 'forged';
  } catch (error) {
    if (error instanceof ConnectorError && error.code === 'transient') return 'later';
    throw error;
  }
}

async function startHook(channel: ChannelAccess<Settings>, tools: () => ReturnType<typeof createMemoryTools>) {
  const events: ChannelEvent[] = [];
  const troubles: number[] = [];
  let asked = 0;
  const take = async (call: RawCall): Promise<HookAnswer> => {
    const trouble = troubles.shift();
    if (trouble !== undefined) return { status: trouble };
    const proof = proofOf(call, channel);
    if (proof !== 'genuine') return { status: proof === 'later' ? 503 : 401 };
    const refusal = await refuses(call, channel, tools());
    if (refusal !== undefined) return refusal;
    events.push(...understood(call, channel));
    return answer(call, channel);
  };
  const server = createServer(async (request, response) => {
    const headers = request.headers as Record<string, string>;
    const body = await buffer(request);
    const path = (request.url ?? '')
      .split('/')
      .slice(4)
      .map((part) => `/${part}`)
      .join('');
    const said = await take({ method: 'POST', path, query: {}, headers, body, receivedAtMs: Date.now() });
    asked += 1;
    response.writeHead(said.status).end(said.body ?? '');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hooks/network/${channel.id}`,
    /** What came, in order. */
    events,
    /** How many calls were answered. */
    asked: () => asked,
    /** Answers of the next calls, before it works as it should. */
    troubles,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
