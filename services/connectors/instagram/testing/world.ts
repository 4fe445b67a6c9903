import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import {
  type ChannelAccess,
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
import { createMemoryState, createMemoryTools } from '@trunkline/testkit';
import { parse } from '../parse.ts';
import { send } from '../send.ts';
import type { Settings } from '../settings.ts';
import { connect } from '../setup.ts';
import { createInstagramSimulator, type InstagramOptions } from '../simulator/index.ts';
import { verify } from '../verify.ts';
import { channelFor } from './desk.ts';

/** What a test knows of messages of ours, and of the time. */
export interface Known {
  readonly now?: () => number;
  /** Which message is written; another one each time where it is not said. */
  readonly messageId?: string;
  readonly messages?: Readonly<Record<string, readonly PlatformMessage[]>>;
}

/** A simulated account, with its hook, Anna, who has not written yet, and the connector's channel of it. */
export async function startWorld(options: InstagramOptions & { readonly settings?: Partial<Settings> } = {}) {
  const fetchFile = async (url: string) => ({ bytes: Buffer.from('a file'), mimeType: typeOf(url) });
  const simulator = await createInstagramSimulator({ retryDelayMs: 5, isPaced: false, fetchFile, ...options });
  const state = createMemoryState(options.now);
  const toolsFor = (known: Known = {}): SendTools => makeTools(state, known);
  const { token, appSecret } = simulator.account;
  const channel = channelFor(simulator.url, { token, appSecret }, options.settings);
  const hook = await startHook(channel);
  const anna = simulator.person({ name: 'Anna K' });
  await connect(channel, hook.url, toolsFor());
  const to = threadWith(anna.id);
  return {
    ...{ simulator, channel, hook, anna, to, toolsFor },
    /** Does an order as the host would. */
    send: (action: OutgoingMessage['action'], conversation = to, known: Known = {}) =>
      send(orderOf(action, conversation, known.messageId), channel, toolsFor(known)),
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

function orderOf(
  action: OutgoingMessage['action'],
  conversation: ConversationRef,
  id: string = randomUUID(),
): SendOrder {
  const order = SendOrder.fromJSON({ message: { id }, parts: 1 });
  return { ...order, conversation, message: order.message && { ...order.message, action } };
}

/** Types of the files of tests by their names, which stand in the links to them. */
const types: Readonly<Record<string, string>> = {
  ...{ image: 'image/png', animation: 'image/gif', video: 'video/mp4', audio: 'audio/mpeg', voice: 'audio/mp4' },
  file: 'application/pdf',
};

function typeOf(url: string): string {
  return types[/(\w+)$/.exec(url)?.[1] ?? ''] ?? 'text/html';
}

/** Tools as the host lends them; fetch without its guards, because the simulator stands on this machine. */
function makeTools(state: SendTools['state'], { messages = {}, now = Date.now }: Known): SendTools {
  return createMemoryTools({ state, now, known: messages, fetch: fetchFor(AbortSignal.timeout(60_000)) });
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
  const statuses: number[] = [];
  const refusals: number[] = [];
  const take = (call: RawCall) => {
    if (!verify(call, channel)) return { status: 401 };
    events.push(...parse(call, channel));
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
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hooks/instagram/one`;
  return {
    ...{ url, events, statuses, refusals },
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
