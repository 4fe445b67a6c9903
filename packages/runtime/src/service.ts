import type { z } from 'zod';
import type { Directory } from './bus/directory.ts';
import type { LogPort } from './bus/ports.ts';
import type { ConfigSchema } from './config.ts';
import type { FileStore } from './files/file-store.ts';
import type { Health } from './health.ts';
import type { Logger } from './log.ts';
import type { Metrics } from './metrics.ts';
import type { RpcClients } from './rpc/clients.ts';
import type { RpcServer } from './rpc/server.ts';
import type { Store } from './store/store.ts';
import type { Tracing } from './tracing.ts';

/**
 * What a service gets when it starts. Everything in it is released, in reverse order, when the service ends; a service
 * starts its loops with {@link Runtime.run}, so that none is left unwatched. Reading a part that the service did not declare
 * in {@link ServiceDefinition.uses} throws.
 */
export interface Runtime<Config> {
  /** Name of the service; for a connector, the connector's. */
  readonly service: string;
  /** Id of this instance: unique among all that run. */
  readonly instance: string;
  /** Its own settings, read once and checked. */
  readonly config: Config;
  /** Lanes that this instance may own; all by default. */
  readonly lanes: readonly number[];
  /** Aborts when the service is to end, after its servers have answered what they had taken. */
  readonly signal: AbortSignal;
  readonly log: Logger;
  readonly metrics: Metrics;
  readonly tracing: Tracing;
  /** What is told under /readyz. NATS and MongoDB are watched already. */
  readonly health: Health;
  /** The bus. */
  readonly bus: LogPort;
  /** Raw bus connection, for packages/runtime's own parts (leases, feeds, object stores) only. */
  readonly nats: import('@nats-io/transport-node').NatsConnection;
  /** MongoDB, as this service's own user. */
  readonly store: Store;
  /** Settings of tenants, portals, channels and connectors, watched into memory. Perhaps not loaded yet. */
  readonly directory: Directory;
  /** Files that travel in messages. */
  readonly files: FileStore;
  /** gRPC server of this service. Methods are added before it listens: in `start`. */
  readonly rpc: RpcServer;
  /** gRPC clients of other services, by their definitions. */
  readonly clients: RpcClients;
  /**
   * HTTP server of this service (a Fastify instance). Routes are added before it listens: in `start`. Connections that it
   * does not know (WebSockets) are closed in its hook `preClose`.
   */
  readonly http: import('fastify').FastifyInstance;
  /** Now, in milliseconds since 1970. Injected, so that tests move it. */
  readonly now: () => number;
  /** Watches a loop: if it rejects before the signal, the service ends with its error. A loop ends when the signal aborts. */
  run(name: string, loop: Promise<void>): void;
  /** Called when the service ends and its loops have, last added first, each for 5 seconds at most. */
  onClose(close: () => Promise<void>): void;
}

/** A service: its name, its settings, and what it does when it starts. */
export interface ServiceDefinition<Schema extends ConfigSchema = ConfigSchema> {
  /** Its name: of its NATS user, database user, inner token, leases and telemetry. */
  readonly name: string;
  /** Schema of its own settings, by environment variable; those of the runtime are read besides. */
  readonly config: Schema;
  /** What of the runtime it uses; what is absent is not connected. */
  readonly uses: ServiceUses;
  /** Adds methods and routes and starts loops; returns when it is ready to serve. */
  start(runtime: Runtime<z.output<Schema>>): Promise<void>;
}

/** What a service uses of the runtime. */
export interface ServiceUses {
  readonly bus?: boolean;
  readonly store?: boolean;
  readonly directory?: boolean;
  readonly files?: boolean;
  readonly rpc?: boolean;
  readonly http?: boolean;
}

/** Types the settings of a service by its schema. Pure. */
export function defineService<Schema extends ConfigSchema>(
  definition: ServiceDefinition<Schema>,
): ServiceDefinition<Schema> {
  return definition;
}
