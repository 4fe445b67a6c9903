import httpProxy from '@fastify/http-proxy';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { TrunklineError } from '../errors.ts';
import { nothingHere, sendError } from './server.ts';

/** Which part of a server's addresses goes on to another server. */
export interface PassedOn {
  /** Beginning of the paths: `/hooks`. */
  readonly prefix: string;
  /** The other server for a call, `http://host:port`. Throws what the caller is to hear. */
  readonly upstreamOf: (path: string) => string;
  /** Hears of a server that did not answer. */
  readonly onSilent?: (upstream: string) => void;
  /** Also WebSockets. */
  readonly withSockets?: boolean;
  /** Longest wait for the other server's answer, in milliseconds; 30,000 by default. */
  readonly timeoutMs?: number;
}

/** Calls that are open at once to one server; more wait for their turn. */
const connectionsEach = 512;

/**
 * Passes calls on to another server, bytes and headers untouched, path included. Called before the server listens. The other
 * server hears the caller's address in `x-forwarded-for`; what the caller claims there is dropped, unless it is a trusted proxy.
 */
export async function passOn(http: FastifyInstance, options: PassedOn): Promise<void> {
  const { prefix, upstreamOf, onSilent, timeoutMs = 30_000 } = options;
  const called = new WeakMap<object, string>();
  const pathOf = (request: FastifyRequest | { readonly url?: string }) => (request.url ?? '').split('?', 1)[0] ?? '';
  await http.register(httpProxy, {
    upstream: '',
    prefix,
    rewritePrefix: prefix,
    websocket: options.withSockets === true,
    undici: { connections: connectionsEach, pipelining: 1, headersTimeout: timeoutMs, bodyTimeout: timeoutMs },
    // Refuses before a connection is opened, by the table of errors.
    preHandler: async (request) => {
      requireStraight(pathOf(request));
      upstreamOf(pathOf(request));
    },
    replyOptions: {
      getUpstream: (request) => {
        const upstream = upstreamOf(pathOf(request));
        called.set(request, upstream);
        return upstream;
      },
      rewriteRequestHeaders: (request, headers) => ({ ...headers, 'x-forwarded-for': request.ip }),
      // Whatever keeps the other server from answering: the caller may come again.
      onError: (reply, { error }) => {
        const upstream = called.get(reply.request);
        if (upstream !== undefined) onSilent?.(upstream);
        sendError(reply as unknown as FastifyReply, new TrunklineError('unavailable', error.message, { cause: error }));
      },
    },
  });
}

/** Paths that climb lead nowhere, however they are written. */
export function requireStraight(path: string): void {
  if (/(^|[/\\])\.\.([/\\]|$)/.test(decodeURIComponent(path))) throw nothingHere();
}
