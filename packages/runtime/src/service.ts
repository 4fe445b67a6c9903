import type { z } from 'zod';
import type { Directory } from './bus/directory.ts';
import type { LogPort } from './bus/ports.ts';
import type { FileStore } from './files/file-store.ts';
import type { Logger } from './log.ts';
import type { Metrics } from './metrics.ts';
import type { RpcClients } from './rpc/clients.ts';
import type { RpcServer } from './rpc/server.ts';
import type { Store } from './store/store.ts';
import type { Tracing } from './tracing.ts';

/**
 * What a service gets when it starts. Everything in it is released, in reverse order, when the service ends; a service
 * starts its loops with {@link Runtime.run}, so that none is left unwatched.
 */
export interface Runtime<Config> {
  /** Name of the service; for a connector, the connector's. */
  readonly service: string;
  /** Id of this instance: unique among all that run. */
  readonly instance: string;
  /** Settings, read once and checked. */
  readonly config: Config;
  /** Aborts when the service is to end. */
  readonly signal: AbortSignal;
  readonly log: Logger;
  readonly metrics: Metrics;
  readonly tracing: Tracing;
  /** The bus. */
  readonly bus: LogPort;
  /** Raw bus connection, for packages/runtime's own parts (leases, feeds, object stores) only. */
  readonly nats: import('@nats-io/transport-node').NatsConnection;
  /** MongoDB, as this service's own user. */
  readonly store: Store;
  /** Settings of tenants, portals, channels and connectors, watched into memory. */
  readonly directory: Directory;
  /** Files that travel in messages. */
  readonly files: FileStore;
  /** gRPC server of this service. Methods are added before it listens. */
  readonly rpc: RpcServer;
  /** gRPC clients of other services, by their definitions. */
  readonly clients: RpcClients;
  /** HTTP server of this service (a Fastify instance). Routes are added before it listens. */
  readonly http: import('fastify').FastifyInstance;
  /** Now, in milliseconds since 1970. Injected, so that tests move it. */
  readonly now: () => number;
  /** Watches a loop: if it rejects before the signal, the service ends with its error. */
  run(name: string, loop: Promise<void>): void;
  /** Called when the service ends, last added first. */
  onClose(close: () => Promise<void>): void;
}

/** A service: its name, its settings, and what it does when it starts. */
export interface ServiceDefinition<Schema extends z.ZodType = z.ZodType> {
  readonly name: string;
  /** Schema of its own settings, by environment variable; those of the runtime are added. */
  readonly config: Schema;
  /** What of the runtime it uses; what is absent is not connected. */
  readonly uses: ServiceUses;
  /** Adds methods and routes and starts loops; returns when it is ready to serve. */
  readonly start: (runtime: Runtime<z.output<Schema>>) => Promise<void>;
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
export function defineService<Schema extends z.ZodType>(
  definition: ServiceDefinition<Schema>,
): ServiceDefinition<Schema> {
  return definition;
}
