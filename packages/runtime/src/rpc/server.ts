import { ServerCredentials } from '@grpc/grpc-js';
import { createServer, type ServiceImplementation, type TsProtoServiceDefinition } from 'nice-grpc';
import { errorDetailsServerMiddleware } from 'nice-grpc-error-details';
import { HealthDefinition, HealthServiceImpl, HealthState } from 'nice-grpc-server-health';
import { ServerReflection, ServerReflectionService } from 'nice-grpc-server-reflection';
import { pause } from '../deadline.ts';
import type { RpcDefinition } from './definition.ts';
import { type CallParts, createHandler, type Implementation } from './handler.ts';
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
      const handler = createHandler(
        { ...options, access, running, closing: closing.signal },
        definition,
        implementation,
      );
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
      // Ends by itself only when every client has hung up, which those that watch our health never do.
      server.shutdown().catch(() => {});
      const endsAt = performance.now() + limitMs;
      while (running.calls > 0 && performance.now() < endsAt) await pause(10, new AbortController().signal);
      server.forceShutdown();
    },
  };
}
