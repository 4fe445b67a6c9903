import fastify, { type FastifyError, type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { asTrunklineError, TrunklineError } from '../errors.ts';
import type { Logger } from '../log.ts';
import type { Metrics } from '../metrics.ts';
import { httpErrorOf } from './http-error.ts';
import { linger } from './linger.ts';

/** What {@link createHttpServer} wants. */
export interface HttpServerOptions {
  readonly log: Logger;
  readonly metrics: Metrics;
  /** Largest body, in bytes; 4 MiB by default. A route may have its own by `bodyLimit`. */
  readonly bodyLimitBytes?: number;
  /** Longest time in which a whole request must have come, in milliseconds; 30,000 by default. */
  readonly requestTimeoutMs?: number;
  /** Addresses and ranges of proxies whose `x-forwarded-for` is believed; none by default: a request's `ip` is who connected. */
  readonly trustedProxies?: readonly string[];
}

/**
 * Makes an HTTP server. Bodies of all content types come as one untouched Buffer (signatures are of bytes), `undefined` when
 * there is none; whatever a route throws goes out by the table of errors as `{code, message, remedy, details}`.
 */
export function createHttpServer(options: HttpServerOptions): FastifyInstance {
  const requestTimeout = options.requestTimeoutMs ?? 30_000;
  const http: FastifyInstance = fastify({
    logger: false,
    bodyLimit: options.bodyLimitBytes ?? 4 * 1024 * 1024,
    requestTimeout,
    trustProxy: [...(options.trustedProxies ?? [])],
    // Node looks after slow requests twice a minute by default: too seldom for whoever sends a byte a second.
    http: { connectionsCheckingInterval: 1_000, headersTimeout: Math.min(10_000, requestTimeout) },
    // Longer than the idle time of usual proxies, so that it is they who hang up.
    keepAliveTimeout: 75_000,
    forceCloseConnections: 'idle',
    routerOptions: { maxParamLength: 1_000 },
    frameworkErrors: (error, _request, reply) => {
      sendError(reply, refused(error));
    },
  });
  http.removeAllContentTypeParsers();
  http.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
  http.setNotFoundHandler((_request, reply) => {
    sendError(reply, nothingHere());
  });
  http.setErrorHandler(async (error: FastifyError, request, reply) => {
    const translated = refused(error);
    if (translated.code === 'internal') options.log.error('Request failed', { route: routeOf(request), error });
    if (translated.code === 'too_large') await linger(request.raw);
    sendError(reply, translated);
    return reply;
  });
  // Hooks that call on and are no promises: they stand on the way of every call.
  http.addHook('onSend', (_request, reply, _payload, done) => {
    if (!reply.hasHeader('x-content-type-options')) reply.header('x-content-type-options', 'nosniff');
    done();
  });
  measure(http, options.metrics);
  return http;
}

/** Nothing is served under an address: no method, channel or file, and a caller cannot tell which. */
export function nothingHere(): TrunklineError {
  const publicMessage = 'There is nothing under this address.';
  const remedy = 'Check the address and the method. GET /openapi.json lists what can be called, and how.';
  return new TrunklineError('not_found', publicMessage, { publicMessage, remedy });
}

/** Answers with an error by the table. */
export function sendError(reply: FastifyReply, error: unknown): void {
  const { status, headers, body } = httpErrorOf(error);
  const all = { ...headers, 'x-content-type-options': 'nosniff' };
  // A stream of answers that broke has said its status already: all that is left is to cut it.
  if (reply.raw.headersSent) reply.raw.destroy();
  else reply.code(status).headers(all).type('application/json; charset=utf-8').send(JSON.stringify(body));
}

/** Fastify's own refusals as ours. */
function refused(error: FastifyError): TrunklineError {
  if (error.code === 'FST_ERR_CTP_BODY_TOO_LARGE') {
    return new TrunklineError('too_large', error.message, { cause: error });
  }
  const isOfCaller = typeof error.code === 'string' && error.code.startsWith('FST_') && (error.statusCode ?? 500) < 500;
  if (isOfCaller) {
    const remedy = 'Send a whole HTTP request: its address, its length and its headers must be right.';
    return new TrunklineError('invalid_argument', error.message, { remedy, cause: error });
  }
  return asTrunklineError(error);
}

function measure(http: FastifyInstance, metrics: Metrics): void {
  const seconds = metrics.histogram('trunkline_http_server_seconds', 'Time to answer an HTTP request.', {
    labelNames: ['method', 'route', 'status'],
  });
  http.addHook('onResponse', (request, reply, done) => {
    const labels = { method: request.method, route: routeOf(request), status: reply.statusCode };
    seconds.observe(reply.elapsedTime / 1_000, labels);
    done();
  });
}

/** The pattern of the route, so that ids become no labels. */
function routeOf(request: FastifyRequest): string {
  return request.routeOptions.url ?? 'none';
}
