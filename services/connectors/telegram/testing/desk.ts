import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import {
  type ChannelAccess,
  ConnectorError,
  type GuardedFetch,
  type PlatformMessage,
  type RawCall,
  type SendTools,
} from '@trunkline/adapter-kit';
import {
  type ChannelEvent,
  type Content,
  ConversationKind,
  ConversationRef,
  OutgoingMessage,
  SendOrder,
} from '@trunkline/contracts';
import { parse } from '../parse.ts';
import { type Settings, settings } from '../settings.ts';
import { verify } from '../verify.ts';

/** A channel as the host gives it, without a host. */
export function channelFor(apiUrl: string, token: string, hookSecret?: string): ChannelAccess<Settings> {
  const secrets: Record<string, string | undefined> = { token, hookSecret };
  return {
    id: '11111111-1111-5111-8111-111111111111',
    tenantId: '22222222-2222-5222-8222-222222222222',
    connector: 'telegram',
    accountId: token.split(':')[0] ?? '',
    name: 'Sales',
    settings: settings.parse({ apiUrl, pollTimeoutSeconds: 1 }),
    secret: (name) => secrets[name] ?? missing(),
    optionalSecret: (name) => secrets[name],
  };
}

function missing(): never {
  throw new ConnectorError('auth_revoked', 'the secret is absent');
}

/** What the test knows of sent messages and files. */
export interface Known {
  readonly files?: ReadonlyMap<string, Uint8Array>;
  readonly messages?: ReadonlyMap<string, readonly PlatformMessage[]>;
  readonly signal?: AbortSignal;
}

/** Tools as the host lends them; fetch without its guards, because the simulator stands on this machine. */
export function toolsFor({ files, messages, signal = AbortSignal.timeout(60_000) }: Known = {}): SendTools {
  return {
    signal,
    fetch: fetchFor(signal),
    now: Date.now,
    state: unused('state') as SendTools['state'],
    hints: unused('hints') as SendTools['hints'],
    openFile: async (media) => {
      const bytes = files?.get(media.id) ?? new Uint8Array(10);
      return {
        stream: (async function* () {
          yield bytes;
        })(),
        sizeBytes: bytes.length,
        mimeType: media.mimeType,
        name: media.name,
      };
    },
    fileUrl: (media) => `https://files.example/${media.id}`,
    platformIdsOf: async (messageId) => messages?.get(messageId) ?? [],
  };
}

type RequestBody = NonNullable<NonNullable<Parameters<typeof fetch>[1]>['body']>;

function unused(name: string): object {
  return new Proxy({}, { get: () => assertUnused(name) });
}

function assertUnused(name: string): never {
  throw new Error(`the connector keeps nothing: ${name} was not expected to be used`);
}

function fetchFor(signal: AbortSignal): GuardedFetch {
  return async (url, { method, headers, body, timeoutMs = 15_000 } = {}) => {
    try {
      const response = await fetch(url, {
        method: method ?? (body === undefined ? 'GET' : 'POST'),
        redirect: 'manual',
        ...(headers === undefined ? {} : { headers }),
        ...(body === undefined ? {} : { body: body as RequestBody }),
        signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
      });
      return {
        status: response.status,
        headers: Object.fromEntries(response.headers),
        stream: (response.body ?? []) as AsyncIterable<Uint8Array>,
        text: () => response.text(),
      };
    } catch (error) {
      const isRefused = (error as { cause?: { code?: string } }).cause?.code === 'ECONNREFUSED';
      throw new ConnectorError(isRefused ? 'transient' : 'unknown_outcome', 'no answer came', { cause: error });
    }
  };
}

/** A hook that verifies and parses, and keeps what it understood. */
export interface TestHook {
  readonly url: string;
  readonly events: ChannelEvent[];
  /** Statuses of all calls, in order. */
  readonly statuses: number[];
  /** Answers of the next calls, before the hook works as it should. */
  readonly refusals: number[];
  [Symbol.asyncDispose](): Promise<void>;
}

/** Starts a hook; the channel is asked for at each call, since its secret is made by connecting. */
export async function startHook(channel: () => ChannelAccess<Settings>): Promise<TestHook> {
  const events: ChannelEvent[] = [];
  const statuses: number[] = [];
  const refusals: number[] = [];
  const server = createServer(async (request, response) => {
    const body = Buffer.from(await text(request));
    const headers = request.headers as Record<string, string>;
    const status =
      refusals.shift() ?? take({ method: 'POST', path: '', query: {}, headers, body, receivedAtMs: Date.now() });
    statuses.push(status);
    response.writeHead(status).end();
  });
  function take(call: RawCall): number {
    if (!verify(call, channel())) return 401;
    events.push(...parse(call, channel()));
    return 200;
  }
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/hooks/telegram/one`,
    events,
    statuses,
    refusals,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** An order to write something in a chat. */
export function orderTo(
  chatId: number,
  message: Parameters<typeof OutgoingMessage.create>[0],
  rest: Partial<SendOrder> = {},
): SendOrder {
  const kind = chatId < 0 ? ConversationKind.CONVERSATION_KIND_GROUP : ConversationKind.CONVERSATION_KIND_PRIVATE;
  return SendOrder.create({
    message: OutgoingMessage.create(message ?? {}),
    conversation: ConversationRef.create({ platformId: String(chatId), kind }),
    parts: 1,
    ...rest,
  });
}

/** An order to write a content. */
export function writeTo(chatId: number, kind: Content['kind'], rest: Partial<SendOrder> = {}): SendOrder {
  return orderTo(chatId, { action: { $case: 'message', value: { content: { kind } } } }, rest);
}
