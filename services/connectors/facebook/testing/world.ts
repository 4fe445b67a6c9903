import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import {
  type ChannelAccess,
  type ConfirmedSend,
  ConnectorError,
  type GuardedFetch,
  metaAnswer,
  type PlatformMessage,
  type RawCall,
  type SendTools,
  threadWith,
} from '@trunkline/adapter-kit';
import {
  type ChannelEvent,
  ConversationKind,
  ConversationRef,
  type OutgoingMessage,
  SendOrder,
} from '@trunkline/contracts';
import { createMemoryState } from '@trunkline/testkit';
import { confirms, parse } from '../parse.ts';
import { send } from '../send.ts';
import type { Settings } from '../settings.ts';
import { connect } from '../setup.ts';
import { createFacebookSimulator, type FacebookOptions } from '../simulator/index.ts';
import { verify } from '../verify.ts';
import { channelFor } from './desk.ts';

/** What a test knows of files and messages of ours. */
export interface Known {
  readonly files?: ReadonlyMap<string, Uint8Array>;
  readonly messages?: Readonly<Record<string, readonly PlatformMessage[]>>;
}

/** A simulated page, with its hook, Anna, who has not written yet, and the connector's channel of it. */
export async function startWorld(options: FacebookOptions = {}) {
  const simulator = await createFacebookSimulator({ retryDelayMs: 5, isPaced: false, ...options });
  const { token, appSecret } = simulator.page;
  const channel = channelFor(simulator.url, { token, appSecret });
  const hook = await startHook(channel);
  const anna = simulator.person({ name: 'Anna K' });
  await connect(channel, hook.url, toolsFor());
  const to = threadWith(anna.id);
  return {
    ...{ simulator, channel, hook, anna, to },
    /** Does an order as the host would. */
    send: (action: OutgoingMessage['action'], conversation = to, known: Known = {}) =>
      send(orderOf(action, conversation), channel, toolsFor(known)),
    /** What Anna sees at the bottom of the chat. */
    last: () => simulator.view(anna.id).messages.at(-1),
    [Symbol.asyncDispose]: async () => {
      await simulator.close();
      await hook[Symbol.asyncDispose]();
    },
  };
}

/** What stands beneath a comment. */
export function beneath(comment: string): ConversationRef {
  return ConversationRef.create({ platformId: comment, kind: ConversationKind.CONVERSATION_KIND_COMMENTS });
}

/** A text to be written. */
export function textOf(plain: string): OutgoingMessage['action'] {
  return { $case: 'message', value: contentOf({ $case: 'text', value: { plain, marks: [] } }) };
}

type OutgoingContent = Extract<OutgoingMessage['action'], { $case: 'message' }>['value'];
type Kind = NonNullable<OutgoingContent['content']>['kind'];

/** A content to be written. */
export function contentOf(kind: Kind, more: Partial<OutgoingContent> = {}): OutgoingContent {
  return { content: { kind }, reply: undefined, keyboard: undefined, options: undefined, ...more };
}

function orderOf(action: OutgoingMessage['action'], conversation: ConversationRef): SendOrder {
  const order = SendOrder.fromJSON({ message: { id: 'm-1' }, parts: 1 });
  return { ...order, conversation, message: order.message && { ...order.message, action } };
}

/** Tools as the host lends them; fetch without its guards, because the simulator stands on this machine. */
export function toolsFor({ files, messages = {} }: Known = {}): SendTools {
  const unused = new Proxy({}, { get: (_, name) => assertUnused(String(name)) });
  const signal = AbortSignal.timeout(60_000);
  return {
    ...{ signal, now: Date.now, fetch: fetchFor(signal) },
    state: createMemoryState(),
    hints: unused as SendTools['hints'],
    openFile: async ({ id, mimeType, name }) => {
      const bytes = files?.get(id) ?? Buffer.from(id);
      return { stream: once(bytes), sizeBytes: bytes.length, mimeType, name };
    },
    fileUrl: ({ id }) => `https://files.example/${id}`,
    platformIdsOf: async (messageId) => messages[messageId] ?? [],
  };
}

async function* once(bytes: Uint8Array) {
  yield bytes;
}

function assertUnused(name: string): never {
  throw new Error(`the connector keeps nothing: ${name} was not expected to be used`);
}

type RequestBody = NonNullable<NonNullable<Parameters<typeof fetch>[1]>['body']>;

function fetchFor(signal: AbortSignal): GuardedFetch {
  return async (url, { method, headers = {}, body, timeoutMs = 15_000 } = {}) => {
    const inDoubt = (error: unknown): never => {
      const isRefused = (error as { cause?: { code?: string } }).cause?.code === 'ECONNREFUSED';
      throw new ConnectorError(isRefused ? 'transient' : 'unknown_outcome', 'no answer came', { cause: error });
    };
    const limit = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
    const request = { method: method ?? (body === undefined ? 'GET' : 'POST'), headers, redirect: 'manual' as const };
    const sent = body === undefined ? {} : { body: body as RequestBody };
    const response = await fetch(url, { ...request, ...sent, signal: limit }).catch(inDoubt);
    return {
      status: response.status,
      headers: Object.fromEntries(response.headers),
      stream: (response.body ?? []) as AsyncIterable<Uint8Array>,
      text: () => response.text().catch(inDoubt),
    };
  };
}

/** A hook that verifies, parses and answers, and keeps what it understood. */
async function startHook(channel: ChannelAccess<Settings>) {
  const events: ChannelEvent[] = [];
  const confirmed: ConfirmedSend[] = [];
  const statuses: number[] = [];
  const refusals: number[] = [];
  const take = (call: RawCall) => {
    if (!verify(call, channel)) return { status: 401 };
    events.push(...parse(call, channel));
    confirmed.push(...confirms(call, channel));
    return metaAnswer(call);
  };
  const server = createServer(async (request, response) => {
    const query = Object.fromEntries(new URL(request.url ?? '/', 'http://hook').searchParams);
    const { method = '', headers } = request;
    const call = { method, path: '', query, headers: headers as Record<string, string>, receivedAtMs: Date.now() };
    const body = await buffer(request);
    const refusal = method === 'POST' ? refusals.shift() : undefined;
    const answer = refusal === undefined ? take({ ...call, body }) : { status: refusal };
    if (method === 'POST') statuses.push(answer.status);
    response.writeHead(answer.status).end('body' in answer ? answer.body : '');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hooks/facebook/one`;
  return {
    ...{ url, events, confirmed, statuses, refusals },
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
