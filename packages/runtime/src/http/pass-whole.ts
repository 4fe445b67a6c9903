import type { IncomingHttpHeaders } from 'node:http';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { Agent, type Dispatcher } from 'undici';
import { TrunklineError } from '../errors.ts';
import { type PassedOn, requireStraight } from './pass-on.ts';

/** Calls that are open at once to one server; more wait for their turn. */
const connectionsEach = 512;
const usualTimeoutMs = 30_000;
/** Longest answer, in bytes: as long as a call may be. */
const answerBytes = 4 * 1024 * 1024;

/**
 * Passes calls on as {@link passOn} does, whole: for what comes often and is short, because a body that is read at once costs half
 * of one that is piped. The server's limit of bodies holds; no WebSockets. Called before the server listens.
 */
export function passWhole(http: FastifyInstance, options: Omit<PassedOn, 'withSockets'>): void {
  const { prefix, upstreamOf, onSilent, timeoutMs = usualTimeoutMs } = options;
  const timeouts = { headersTimeout: timeoutMs, bodyTimeout: timeoutMs };
  const agent = new Agent({ connections: connectionsEach, pipelining: 1, maxResponseSize: answerBytes, ...timeouts });
  http.addHook('onClose', async () => await agent.close());
  http.all(`${prefix}/*`, async (request, reply) => {
    const path = request.url.split('?', 1)[0] ?? '';
    requireStraight(path);
    const upstream = upstreamOf(path);
    try {
      const answer = await agent.request(callOf(request, upstream));
      const body = Buffer.from(await answer.body.arrayBuffer());
      return reply.code(answer.statusCode).headers(withoutHops(answer.headers)).send(body);
    } catch (error) {
      onSilent?.(upstream);
      // Whatever keeps the other server from answering: the caller may come again.
      throw new TrunklineError('unavailable', error instanceof Error ? error.message : String(error), { cause: error });
    }
  });
}

function callOf(request: FastifyRequest, origin: string): Dispatcher.RequestOptions {
  const { method, url: path, headers, body, ip } = request;
  return {
    ...{ origin, path, method: method as Dispatcher.HttpMethod },
    headers: { ...withoutHops(headers), 'x-forwarded-for': ip },
    body: body instanceof Uint8Array ? body : null,
  };
}

/** Headers that are of one connection, not of the call (RFC 9110, 7.6.1), and the length, which is told anew. */
const hops: ReadonlySet<string> = new Set([
  ...['connection', 'keep-alive', 'proxy-connection', 'proxy-authenticate', 'proxy-authorization', 'te', 'trailer'],
  ...['transfer-encoding', 'upgrade', 'expect', 'content-length'],
]);

function withoutHops(headers: IncomingHttpHeaders): IncomingHttpHeaders {
  const kept: IncomingHttpHeaders = {};
  for (const name in headers) if (!hops.has(name)) kept[name] = headers[name];
  return kept;
}
