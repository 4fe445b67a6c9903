import { headers } from '@trunkline/contracts';
import type { CallContext as NiceContext } from 'nice-grpc-common';
import { timeLimit, unlessAborted } from '../deadline.ts';
import { asTrunklineError, TrunklineError } from '../errors.ts';
import type { Logger } from '../log.ts';
import type { HistogramMetric, Metrics } from '../metrics.ts';
import type { Tracing } from '../tracing.ts';
import type { CallContext } from './call-context.ts';
import {
  pathOf,
  type RequestOf,
  type ResponseInput,
  type RpcDefinition,
  type RpcMethod,
  shortNameOf,
} from './definition.ts';
import { toGrpcError } from './grpc-error.ts';
import type { Identity, RpcAccess } from './inner-access.ts';

/** What a service writes for a generated definition: one function a method. */
export type Implementation<Definition extends RpcDefinition> = {
  readonly [Name in keyof Definition['methods']]: MethodImplementation<Definition['methods'][Name]>;
};

/** One method: a promise of its answer, or its answers one by one. */
export type MethodImplementation<Method extends RpcMethod> = Method['responseStream'] extends true
  ? (request: RequestOf<Method>, context: CallContext) => AsyncIterable<ResponseInput<Method>>
  : (request: RequestOf<Method>, context: CallContext) => Promise<ResponseInput<Method>>;

/** What every call of a server shares. */
export interface CallParts {
  readonly log: Logger;
  readonly metrics: Metrics;
  readonly tracing: Tracing;
  readonly now: () => number;
  /** Longest time for an answer, in milliseconds; 10,000 by default. */
  readonly deadlineMs?: number;
}

interface HandlerParts extends CallParts {
  readonly access: RpcAccess;
  /** Calls that are being answered. */
  readonly running: { calls: number };
  /** Aborts when the server takes no more calls: ends streams. */
  readonly closing: AbortSignal;
}

type Unary = (request: unknown, context: CallContext) => Promise<unknown>;
type Streaming = (request: unknown, context: CallContext) => AsyncIterable<unknown>;

/** Wraps the methods of a service into what each call needs. Made once a service. */
export function createHandler<Definition extends RpcDefinition>(
  parts: HandlerParts,
  definition: Definition,
  implementation: Implementation<Definition>,
): Record<string, unknown> {
  const seconds = parts.metrics.histogram('trunkline_rpc_server_seconds', 'Time to answer a gRPC call.', {
    labelNames: ['method', 'code'],
  });
  const wrapped = Object.entries(definition.methods).map(([key, method]) => {
    if (method.requestStream)
      throw new Error(`${definition.fullName}.${method.name}: streams of requests are not served`);
    const call = { ...parts, seconds, path: pathOf(definition, method), name: shortNameOf(definition, method) };
    const run = implementation[key as keyof typeof implementation] as unknown;
    return [key, method.responseStream ? streaming(call, run as Streaming) : unary(call, run as Unary)] as const;
  });
  return Object.fromEntries(wrapped);
}

interface Call extends HandlerParts {
  readonly seconds: HistogramMetric;
  readonly path: string;
  readonly name: string;
}

function unary(call: Call, run: Unary) {
  return async (request: unknown, nice: NiceContext): Promise<unknown> => {
    using measured = measure(call);
    const options = {
      parent: nice.metadata.get(headers.traceparent),
      kind: 'server',
      isRoot: call.access.isPublic,
    } as const;
    try {
      return await call.tracing.span(call.name, options, async ({ traceparent }) => {
        const identity = await identify(call, nice);
        const deadlineMs = call.deadlineMs ?? 10_000;
        using limit = timeLimit(deadlineMs, nice.signal);
        const context = { ...identity, traceparent, signal: limit.signal, deadlineAtMs: call.now() + deadlineMs };
        return await unlessAborted(run(request, context), limit.signal);
      });
    } catch (error) {
      throw measured.failed(error);
    }
  };
}

/** A stream passes its caller's trace context on and makes no span: it may be open for days. */
function streaming(call: Call, run: Streaming) {
  return async function* (request: unknown, nice: NiceContext): AsyncIterable<unknown> {
    using measured = measure(call);
    try {
      const identity = await identify(call, nice);
      using limit = timeLimit(undefined, nice.signal, call.closing);
      const traceparent = nice.metadata.get(headers.traceparent);
      const context = { ...identity, traceparent, signal: limit.signal, deadlineAtMs: undefined };
      yield* whileWanted(run(request, context), limit.signal);
      // A stream that ended because the service does was not read to its end.
      call.closing.throwIfAborted();
    } catch (error) {
      throw measured.failed(call.closing.aborted ? new TrunklineError('unavailable', 'the service is ending') : error);
    }
  };
}

/** The items of a stream until the signal, even if the stream itself does not listen to it. */
async function* whileWanted(items: AsyncIterable<unknown>, signal: AbortSignal): AsyncIterable<unknown> {
  const iterator = items[Symbol.asyncIterator]();
  try {
    for (;;) {
      const next = await unlessAborted(iterator.next(), signal);
      if (next.done === true) return;
      yield next.value;
    }
  } finally {
    // Not waited for: a stream that does not listen to the signal ends when it likes.
    iterator.return?.().then(undefined, () => {});
  }
}

/** Counts a call until it is disposed; `failed` logs what nobody expected and maps the error. */
function measure(call: Call): Disposable & { failed(error: unknown): Error } {
  const startedAt = performance.now();
  let code = 'ok';
  call.running.calls += 1;
  return {
    failed: (thrown) => {
      const error = asTrunklineError(thrown);
      code = error.code;
      if (code === 'internal') call.log.error('Call failed', { method: call.name, error: thrown });
      else call.log.debug('Call refused', { method: call.name, code, reason: error.message });
      return toGrpcError(error, call.access.isPublic);
    },
    [Symbol.dispose]: () => {
      call.running.calls -= 1;
      call.seconds.observe((performance.now() - startedAt) / 1_000, { method: call.name, code });
    },
  };
}

async function identify(call: Call, nice: NiceContext): Promise<Identity> {
  return await call.access.identify({
    method: call.path,
    peer: nice.peer,
    header: (name) => {
      const value = nice.metadata.get(name);
      return typeof value === 'string' ? value : undefined;
    },
  });
}
