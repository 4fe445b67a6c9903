import { ServerCredentials } from '@grpc/grpc-js';
import { createServer, type ServiceImplementation, type TsProtoServiceDefinition } from 'nice-grpc';
import { type CallContext as NiceContext, ServerError, Status } from 'nice-grpc-common';
import { errorDetailsServerMiddleware } from 'nice-grpc-error-details';
import { HealthDefinition, HealthServiceImpl, HealthState } from 'nice-grpc-server-health';
import { ServerReflection, ServerReflectionService } from 'nice-grpc-server-reflection';
import { pause } from '../deadline.ts';
import { TrunklineError } from '../errors.ts';
import type { CallContext } from './call-context.ts';
import type { RpcDefinition, RpcMethod } from './definition.ts';
import { toGrpcError } from './grpc-error.ts';
import { type CallEnvelope, type CallParts, type HandlerParts, type Implementation, wrapMethod } from './handler.ts';
import type { RpcAccess } from './inner-access.ts';

/** gRPC server of a service. */
export interface RpcServer {
  /**
   * Adds the methods of a generated definition. Each call is let in by the service's tokens and rights (or by `access`), has
   * a deadline, a span and a measurement, and its errors go out by the table. Called before the server listens.
   */
  addService<Definition extends RpcDefinition>(
    definition: Definition,
    implementation: Implementation<Definition>,
    access?: RpcAccess,
  ): void;
}

/** The same with its life, which the host holds. */
export interface ListeningRpcServer extends RpcServer {
  /** Listens with health and reflection; gives the port. */
  listen(host: string, port: number): Promise<number>;
  /** What the health protocol answers. */
  setHealthy(isHealthy: boolean): void;
  /** Takes no more calls, ends streams, lets calls finish for so long, then ends them. */
  close(limitMs: number): Promise<void>;
}

/** What {@link createRpcServer} wants. */
export interface RpcServerOptions extends CallParts {
  readonly access: RpcAccess;
  /** An encoded FileDescriptorSet, for reflection; read when the server listens. */
  readonly descriptors: () => Uint8Array;
}

/** Largest answer, in bytes; what is larger is not even received. */
export const largestRpcMessageBytes = 8 * 1024 * 1024;
/** Largest request, in bytes. */
const largestRpcRequestBytes = 4 * 1024 * 1024;

/** How long those who call may take to read the last answers. */
const lastAnswersMs = 2_000;

/** Makes the gRPC server of a service. */
export function createRpcServer(options: RpcServerOptions): ListeningRpcServer {
  const server = createServer({
    'grpc.max_receive_message_length': largestRpcMessageBytes,
    'grpc.max_send_message_length': largestRpcMessageBytes,
    'grpc.keepalive_time_ms': 30_000,
    'grpc.keepalive_timeout_ms': 10_000,
    'grpc.http2.min_ping_interval_without_data_ms': 10_000,
  }).use(errorDetailsServerMiddleware);
  const health = HealthState();
  const names: string[] = [];
  const running = { calls: 0 };
  const closing = new AbortController();
  return {
    addService: (definition, implementation, access = options.access) => {
      names.push(definition.fullName);
      const parts = { ...options, access, running, closing: closing.signal };
      const handler = grpcMethods(parts, definition, implementation);
      // The handler has every method of the definition: nice-grpc would infer it from the literal type only.
      server.add(withBareRequests(definition), handler as ServiceImplementation<TsProtoServiceDefinition>);
    },
    listen: async (host, port) => {
      server.add(HealthDefinition, healthUntil(closing.signal, health));
      server.add(
        ServerReflectionService,
        ServerReflection(options.descriptors(), [...names, HealthDefinition.fullName]),
      );
      return await server.listen(`${host}:${port}`, ServerCredentials.createInsecure());
    },
    setHealthy: (isHealthy) => {
      for (const name of ['', ...names]) health.setStatus(isHealthy ? 'healthy' : 'unhealthy', name);
    },
    close: async (limitMs) => {
      closing.abort();
      const never = new AbortController().signal;
      const hungUp = server.shutdown().catch(() => {});
      const endsAt = performance.now() + limitMs;
      while (running.calls > 0 && performance.now() < endsAt) await pause(10, never);
      // The last answers are still on their way.
      await Promise.race([hungUp, pause(lastAnswersMs, never)]);
      server.forceShutdown();
    },
  };
}

/** Health, whose watchers are sent away when the server ends: it could not hang up as long as they listen. */
function healthUntil(closing: AbortSignal, state: HealthState): HealthServiceImpl {
  const { check, watch } = HealthServiceImpl(state);
  return {
    check,
    watch: async function* (request, context) {
      try {
        yield* watch(request, { ...context, signal: AbortSignal.any([context.signal, closing]) });
      } catch (error) {
        throw closing.aborted ? new ServerError(Status.UNAVAILABLE, 'the service is ending') : error;
      }
    },
  };
}

/** The methods of a service as nice-grpc calls them. */
function grpcMethods(parts: HandlerParts, definition: RpcDefinition, implementation: object): Record<string, unknown> {
  const asGrpc = (error: unknown) => toGrpcError(error, parts.access.isPublic);
  const methods = Object.entries(definition.methods).map(([key, method]) => {
    const run = Reflect.get(implementation, key) as (asked: unknown, context: CallContext) => unknown;
    // Read after the caller is known: a stranger's bytes are not even parsed.
    const read = (bytes: Uint8Array, context: CallContext) => run(requestOf(method, bytes), context);
    const wrapped = wrapMethod(parts, definition, method, read);
    const unary = async (request: unknown, nice: NiceContext) => {
      try {
        return await wrapped.unary(request, envelopeOf(nice));
      } catch (error) {
        throw asGrpc(error);
      }
    };
    const streaming = async function* (request: unknown, nice: NiceContext) {
      try {
        yield* wrapped.streaming(request, envelopeOf(nice));
      } catch (error) {
        throw asGrpc(error);
      }
    };
    return [key, method.responseStream ? streaming : unary] as const;
  });
  return Object.fromEntries(methods);
}

/** The same service with requests as they came: what cannot be read is refused by the method's own table of errors. */
function withBareRequests(definition: RpcDefinition): TsProtoServiceDefinition {
  const methods = Object.entries(definition.methods).map(([key, method]) => {
    const requestType = { ...method.requestType, decode: (bytes: Uint8Array) => bytes };
    return [key, { ...method, requestType }] as const;
  });
  return { ...definition, methods: Object.fromEntries(methods) } as TsProtoServiceDefinition;
}

function requestOf(method: RpcMethod, bytes: Uint8Array): unknown {
  if (bytes.length > largestRpcRequestBytes) {
    throw new TrunklineError(
      'too_large',
      `a request of ${bytes.length} bytes is larger than ${largestRpcRequestBytes}`,
    );
  }
  try {
    return method.requestType.decode(bytes);
  } catch (cause) {
    throw new TrunklineError('invalid_argument', 'the request is no message of this method', {
      publicMessage: 'The request is no message of this method.',
      remedy: 'Encode it by the contract that reflection describes.',
      cause,
    });
  }
}

function envelopeOf({ metadata, peer, signal }: NiceContext): CallEnvelope {
  const header = (name: string) => {
    const value = metadata.get(name);
    return typeof value === 'string' ? value : undefined;
  };
  return { header, peer, signal };
}
