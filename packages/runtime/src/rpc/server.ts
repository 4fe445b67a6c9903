import { ServerCredentials } from '@grpc/grpc-js';
import { createServer, type ServiceImplementation, type TsProtoServiceDefinition } from 'nice-grpc';
import type { CallContext as NiceContext } from 'nice-grpc-common';
import { errorDetailsServerMiddleware } from 'nice-grpc-error-details';
import { HealthDefinition, HealthServiceImpl, HealthState } from 'nice-grpc-server-health';
import { ServerReflection, ServerReflectionService } from 'nice-grpc-server-reflection';
import { pause } from '../deadline.ts';
import type { RpcDefinition } from './definition.ts';
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

/** Largest request and answer, in bytes. */
export const largestRpcMessageBytes = 8 * 1024 * 1024;

const lastAnswersMs = 250;

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
      server.add(definition as TsProtoServiceDefinition, handler as ServiceImplementation<TsProtoServiceDefinition>);
    },
    listen: async (host, port) => {
      server.add(HealthDefinition, HealthServiceImpl(health));
      server.add(ServerReflectionService, ServerReflection(options.descriptors(), names));
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
      // The last answers are still on their way. Those who watch our health never hang up by themselves.
      await Promise.race([hungUp, pause(lastAnswersMs, never)]);
      server.forceShutdown();
    },
  };
}

/** The methods of a service as nice-grpc calls them. */
function grpcMethods(parts: HandlerParts, definition: RpcDefinition, implementation: object): Record<string, unknown> {
  const asGrpc = (error: unknown) => toGrpcError(error, parts.access.isPublic);
  const methods = Object.entries(definition.methods).map(([key, method]) => {
    const wrapped = wrapMethod(parts, definition, method, Reflect.get(implementation, key));
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

function envelopeOf({ metadata, peer, signal }: NiceContext): CallEnvelope {
  const header = (name: string) => {
    const value = metadata.get(name);
    return typeof value === 'string' ? value : undefined;
  };
  return { header, peer, signal };
}
