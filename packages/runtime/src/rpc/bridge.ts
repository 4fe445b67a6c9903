import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { pause } from '../deadline.ts';
import { asTrunklineError, TrunklineError } from '../errors.ts';
import { httpErrorOf } from '../http/http-error.ts';
import type { CallContext } from './call-context.ts';
import { pathOf, type RpcDefinition, type RpcMethod } from './definition.ts';
import type { Descriptors } from './descriptors.ts';
import { type CallEnvelope, type CallParts, type Implementation, type WrappedMethod, wrapMethod } from './handler.ts';
import type { RpcAccess } from './inner-access.ts';
import { type JsonCodec, jsonCodecOf } from './json-codec.ts';

/** What {@link addBridge} wants. */
export interface BridgeOptions extends CallParts {
  /** Methods that may be called from outside, by their path: `/trunkline.message.v1.MessageService/Submit`. */
  readonly isPublic: (path: string) => boolean;
  readonly access: RpcAccess;
  readonly descriptors: Descriptors;
  /** Largest request, in bytes; 1 MiB by default. */
  readonly bodyLimitBytes?: number;
}

/**
 * Serves the methods of a gRPC service by HTTP: `POST /v1/<Service>/<Method>` with the request as canonical JSON gives the
 * answer as canonical JSON, a stream as one line of JSON an item. Nothing is written by hand for a method: what is added to
 * the contract is there. Called before the server listens.
 */
export function addBridge<Definition extends RpcDefinition>(
  http: FastifyInstance,
  options: BridgeOptions,
  definition: Definition,
  implementation: Implementation<Definition>,
): void {
  const closing = new AbortController();
  // Streams would keep a closing server open.
  http.addHook('preClose', async () => closing.abort());
  const parts = { ...options, running: { calls: 0 }, closing: closing.signal };
  for (const [key, method] of Object.entries(definition.methods)) {
    if (!options.isPublic(pathOf(definition, method))) continue;
    const codec = jsonCodecOf(options.descriptors, definition, method);
    const run = Reflect.get(implementation, key) as unknown as (asked: unknown, context: CallContext) => unknown;
    // Read after the caller is known: a stranger's body is not even parsed.
    const read = (request: FastifyRequest, context: CallContext) => run(codec.read(jsonTextOf(request)), context);
    const wrapped = wrapMethod(parts, definition, method, read);
    const answer = answerer(method, codec, wrapped);
    http.post(bridgePathOf(definition, method), { bodyLimit: options.bodyLimitBytes ?? 1024 * 1024 }, answer);
  }
}

/** Address of a method behind the bridge. Pure. */
export function bridgePathOf(definition: RpcDefinition, method: RpcMethod): string {
  return `/v1/${definition.name}/${method.name}`;
}

function answerer(method: RpcMethod, codec: JsonCodec, wrapped: WrappedMethod) {
  return async (request: FastifyRequest, reply: FastifyReply) => {
    const envelope = envelopeOf(request, reply);
    if (method.responseStream) return await stream(reply, wrapped.streaming(request, envelope), codec);
    const answer = codec.write(await wrapped.unary(request, envelope));
    return reply.type('application/json; charset=utf-8').send(JSON.stringify(answer));
  };
}

/** A page of another site can send a form or a text without asking its visitor's browser, but not JSON. */
function jsonTextOf({ headers, body }: FastifyRequest): string {
  const isJson = /^application\/json\b/i.test(headers['content-type'] ?? '');
  if (!isJson) {
    throw new TrunklineError('invalid_argument', 'the content type is not JSON', {
      publicMessage: 'The body must be JSON.',
      remedy: 'Send the header "content-type: application/json".',
    });
  }
  try {
    return body instanceof Uint8Array ? new TextDecoder('utf-8', { fatal: true }).decode(body) : '';
  } catch (cause) {
    throw new TrunklineError('invalid_argument', 'the body is not UTF-8', {
      publicMessage: 'The body must be UTF-8.',
      cause,
    });
  }
}

function envelopeOf(request: FastifyRequest, reply: FastifyReply): CallEnvelope {
  const gone = new AbortController();
  reply.raw.once('close', () => {
    if (!reply.raw.writableFinished) gone.abort(new TrunklineError('aborted', 'the caller is gone'));
  });
  const header = (name: string) => {
    const value = request.headers[name];
    return typeof value === 'string' ? value : undefined;
  };
  return { header, peer: request.ip, signal: gone.signal };
}

const firstItemMs = 1_000;
/** Shorter than the idle time of usual proxies. */
const heartbeatMs = 15_000;

/**
 * What fails before the first item is answered with its status; a stream that has nothing to tell yet is opened after a
 * second. An error that comes later is its last line: `{"error": {…}}`. While nothing comes, an empty line says that it lives.
 */
async function stream(reply: FastifyReply, items: AsyncGenerator<unknown>, codec: JsonCodec): Promise<FastifyReply> {
  reply.raw.once('close', () => {
    items.return(undefined).catch(() => {});
  });
  const first = items.next();
  await within(firstItemMs, first);
  // Perhaps nobody will read it any more.
  first.catch(() => {});
  const lines = Readable.from(linesOf(first, items, codec), { objectMode: false });
  return reply.type('application/x-ndjson; charset=utf-8').header('cache-control', 'no-store').send(lines);
}

async function* linesOf(first: Promise<IteratorResult<unknown>>, rest: AsyncGenerator<unknown>, codec: JsonCodec) {
  try {
    let waitMs = 0;
    for (let next = first; ; next = rest.next()) {
      let item = await within(waitMs, next);
      for (waitMs = heartbeatMs; item === undefined; item = await within(waitMs, next)) yield '\n';
      if (item.done === true) return;
      yield line(codec.write(item.value));
    }
  } catch (error) {
    yield line({ error: httpErrorOf(asTrunklineError(error)).body });
  }
}

/** What a promise gives, or undefined when it does not come in time; the promise goes on. */
async function within<T>(limitMs: number, promise: Promise<T>): Promise<T | undefined> {
  const decided = new AbortController();
  try {
    return await Promise.race([promise, pause(limitMs, decided.signal).then(() => undefined)]);
  } finally {
    decided.abort();
  }
}

function line(value: unknown): string {
  return `${JSON.stringify(value)}\n`;
}
