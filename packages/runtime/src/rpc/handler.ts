import { headers } from '@trunkline/contracts';
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
import type { Identity, IncomingCall, RpcAccess } from './inner-access.ts';

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

/** A call as its transport hands it over. */
export interface CallEnvelope extends Pick<IncomingCall, 'header' | 'peer'> {
  /** Aborts when the caller is gone. */
  readonly signal: AbortSignal;
}

/** One method with everything around it. Throws TrunklineError only. */
export interface WrappedMethod {
  readonly unary: (request: unknown, envelope: CallEnvelope) => Promise<unknown>;
  readonly streaming: (request: unknown, envelope: CallEnvelope) => AsyncGenerator<unknown, void, undefined>;
}

/** What the methods of a service are wrapped with. */
export interface HandlerParts extends CallParts {
  readonly access: RpcAccess;
  /** Calls that are being answered. */
  readonly running: { calls: number };
  /** Aborts when the server takes no more calls: ends streams. */
  readonly closing: AbortSignal;
}

type Unary = (request: unknown, context: CallContext) => Promise<unknown>;
type Streaming = (request: unknown, context: CallContext) => AsyncIterable<unknown>;

/** Wraps a method into what each call needs, whichever transport it comes by. Made once a method. */
export function wrapMethod(
  parts: HandlerParts,
  definition: RpcDefinition,
  method: RpcMethod,
  run: unknown,
): WrappedMethod {
  const seconds = parts.metrics.histogram('trunkline_rpc_server_seconds', 'Time to answer a call of a method.', {
    labelNames: ['method', 'code'],
  });
  if (method.requestStream)
    throw new Error(`${definition.fullName}.${method.name}: streams of requests are not served`);
  const call = { ...parts, seconds, path: pathOf(definition, method), name: shortNameOf(definition, method) };
  return { unary: unary(call, run as Unary), streaming: streaming(call, run as Streaming) };
}

interface Call extends HandlerParts {
  readonly seconds: HistogramMetric;
  readonly path: string;
  readonly name: `${string}/${string}`;
}

function unary(call: Call, run: Unary) {
  return async (request: unknown, envelope: CallEnvelope): Promise<unknown> => {
    using measured = measure(call);
    const options = {
      parent: envelope.header(headers.traceparent),
      kind: 'server',
      isRoot: call.access.isPublic,
    } as const;
    try {
      return await call.tracing.span(call.name, options, async ({ traceparent }) => {
        const identity = await identify(call, envelope);
        const deadlineMs = call.deadlineMs ?? 10_000;
        using limit = timeLimit(deadlineMs, envelope.signal);
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
  return async function* (request: unknown, envelope: CallEnvelope): AsyncGenerator<unknown, void, undefined> {
    using measured = measure(call);
    try {
      const identity = await identify(call, envelope);
      using limit = timeLimit(undefined, envelope.signal, call.closing);
      const traceparent = envelope.header(headers.traceparent);
      const context = { ...identity, traceparent, signal: limit.signal, deadlineAtMs: undefined };
      yield* whileWanted(run(request, context), limit.signal);
      // A stream that ended because the service does was not read to its end.
      call.closing.throwIfAborted();
    } catch (error) {
      throw measured.failed(call.closing.aborted ? ending() : error);
    }
  };
}

function ending(): TrunklineError {
  return new TrunklineError('unavailable', 'the service is ending', {
    publicMessage: 'The service ends this stream.',
    remedy: 'Call again: another instance answers, or this one in some seconds.',
  });
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

/** Counts a call until it is disposed; `failed` logs what nobody expected. */
function measure(call: Call): Disposable & { failed(error: unknown): TrunklineError } {
  const startedAt = performance.now();
  let code = 'ok';
  call.running.calls += 1;
  return {
    failed: (thrown) => {
      const error = asTrunklineError(thrown);
      code = error.code;
      if (code === 'internal') call.log.error('Call failed', { method: call.name, error: thrown });
      else call.log.debug('Call refused', { method: call.name, code, reason: error.message });
      return error;
    },
    [Symbol.dispose]: () => {
      call.running.calls -= 1;
      call.seconds.observe((performance.now() - startedAt) / 1_000, { method: call.name, code });
    },
  };
}

async function identify(call: Call, { header, peer }: CallEnvelope): Promise<Identity> {
  return await call.access.identify({ method: call.path, header, peer });
}
