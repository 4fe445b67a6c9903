import type { IncomingHttpHeaders } from 'node:http';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { Agent, type Dispatcher } from 'undici';
import { TrunklineError } from '../errors.ts';
import { type PassedOn, requireStraight } from './pass-on.ts';

/** Which part of a server's addresses goes on whole, and how much of it may be under way. */
export interface PassedWhole extends Omit<PassedOn, 'withSockets'> {
  /** Calls to one server that are open or wait at once; 1,024 by default. */
  readonly mostCalls?: number;
  /** Bytes of their bodies; 64 MiB by default. */
  readonly mostBytes?: number;
}

/** Calls that are open at once to one server; more wait for their turn. */
const connectionsEach = 512;
/** Longest answer, in bytes: as long as a call may be. */
const answerBytes = 4 * 1024 * 1024;

/**
 * Passes calls on as {@link passOn} does, whole: for what comes often and is short, because a body that is read at once costs half
 * of one that is piped. The server's limit of bodies holds, and more than may be under way is refused as `unavailable`; whoever
 * hangs up meanwhile changes nothing. No WebSockets. Called before the server listens.
 */
export function passWhole(http: FastifyInstance, options: PassedWhole): void {
  const { prefix, upstreamOf, onSilent, timeoutMs = 30_000 } = options;
  const timeouts = { headersTimeout: timeoutMs, bodyTimeout: timeoutMs };
  const agent = new Agent({ connections: connectionsEach, pipelining: 1, maxResponseSize: answerBytes, ...timeouts });
  http.addHook('onClose', async () => await agent.close());
  const room = createRoom(options);
  const upstreamFor = (request: FastifyRequest) => {
    const path = request.url.split('?', 1)[0] ?? '';
    requireStraight(path);
    return upstreamOf(path);
  };
  http.all(`${prefix}/*`, {
    // Before a body is read: whoever names nothing that is here costs no memory.
    onRequest: async (request) => void upstreamFor(request),
    handler: async (request, reply) => {
      const upstream = upstreamFor(request);
      const call = callOf(request, upstream);
      const leave = room.enter(upstream, call.body?.length ?? 0);
      try {
        const { status, headers, body } = await answerOf(agent, call);
        return reply.code(status).headers(withoutHops(headers)).send(body);
      } catch (error) {
        if (isSilence(error)) onSilent?.(upstream);
        // Whatever keeps the other server from answering: the caller may come again.
        throw new TrunklineError('unavailable', String(error), { cause: error });
      } finally {
        leave();
      }
    },
  });
}

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** A whole answer, collected without a stream of its own. Rejects when it does not come whole. */
async function answerOf(agent: Agent, call: Call): Promise<Answer> {
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  const chunks: Buffer[] = [];
  let begun: Omit<Answer, 'body'> | undefined;
  agent.dispatch(call, {
    onRequestStart: () => {},
    onResponseStart: (_controller, status, headers) => {
      begun = { status, headers };
    },
    onResponseData: (_controller, chunk) => void chunks.push(chunk),
    onResponseEnd: () => {
      if (begun !== undefined) resolve({ ...begun, body: Buffer.concat(chunks) });
    },
    onResponseError: (_controller, error) => reject(error),
  });
  return await promise;
}

type Call = Dispatcher.DispatchOptions & { readonly body: Uint8Array | null };

function callOf(request: FastifyRequest, origin: string): Call {
  const { method, url: path, headers, body, ip } = request;
  return {
    ...{ origin, path, method: method as Dispatcher.HttpMethod },
    headers: { ...withoutHops(headers), 'x-forwarded-for': ip },
    body: body instanceof Uint8Array ? body : null,
  };
}

/** Counts what is under way to each server, so that one that hangs fills no memory. */
function createRoom({ mostCalls = 1_024, mostBytes = 64 * 1024 * 1024 }: PassedWhole) {
  const all = new Map<string, { calls: number; bytes: number }>();
  return {
    enter: (upstream: string, bytes: number): (() => void) => {
      const held = all.get(upstream) ?? { calls: 0, bytes: 0 };
      if (held.calls >= mostCalls || held.bytes + bytes > mostBytes)
        throw new TrunklineError('unavailable', 'too many calls are under way', { certain: true });
      all.set(upstream, held);
      held.calls += 1;
      held.bytes += bytes;
      return () => {
        held.calls -= 1;
        held.bytes -= bytes;
        if (held.calls === 0) all.delete(upstream);
      };
    },
  };
}

/** What says that a server is not there, or not well; anything else is between the two of us. */
const silences: ReadonlySet<unknown> = new Set([
  ...['ECONNREFUSED', 'ECONNRESET', 'EHOSTUNREACH', 'ENETUNREACH', 'ENOTFOUND', 'EAI_AGAIN', 'EPIPE', 'ETIMEDOUT'],
  ...['UND_ERR_CONNECT_TIMEOUT', 'UND_ERR_HEADERS_TIMEOUT', 'UND_ERR_BODY_TIMEOUT', 'UND_ERR_SOCKET'],
]);

function isSilence(error: unknown): boolean {
  return error instanceof Error && 'code' in error && silences.has(error.code);
}

/** Headers that are of one connection, not of the call (RFC 9110, 7.6.1), and the length, which is told anew. */
const hops: ReadonlySet<string> = new Set([
  ...['connection', 'keep-alive', 'proxy-connection', 'proxy-authenticate', 'proxy-authorization', 'te', 'trailer'],
  ...['transfer-encoding', 'upgrade', 'expect', 'content-length'],
]);

function withoutHops(headers: IncomingHttpHeaders): IncomingHttpHeaders {
  const kept: IncomingHttpHeaders = {};
  for (const name in headers) if (!hops.has(name)) kept[name] = headers[name];
  // It may name more of them; nearly always it says no more than that it stays open.
  const { connection = 'keep-alive' } = headers;
  if (connection !== 'keep-alive') for (const name of connection.split(',')) delete kept[name.trim().toLowerCase()];
  return kept;
}
