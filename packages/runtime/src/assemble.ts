import type { AddressInfo } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { timeLimit, unlessAborted } from './deadline.ts';
import { type OpsServer, startOpsServer } from './ops-server.ts';
import { type Basics, connectBusParts, connectStorePart, createDoors, type Parts } from './parts.ts';
import type { ListeningRpcServer } from './rpc/server.ts';
import type { Runtime } from './service.ts';

/** Where a service answers; undefined where it does not listen. */
export interface Addresses {
  /** `http://host:port` */
  readonly http: string | undefined;
  /** `host:port` */
  readonly grpc: string | undefined;
  /** `http://host:port` of /metrics, /healthz and /readyz. */
  readonly metrics: string;
}

/** A service that is connected and has its ports still closed. */
export interface Assembled<Config> {
  readonly runtime: Runtime<Config>;
  /** Opens its ports and says that it is ready. */
  listen(): Promise<Addresses>;
  /** Takes no more calls and lets those that came be answered, for 5 seconds at most. Never rejects. */
  closeDoors(): Promise<void>;
}

const doorsLimitMs = 5_000;

/** Connects what a service uses and makes its runtime. What is connected is released by its ending, in any case. */
export async function assemble<Config>(basics: Basics, config: Config): Promise<Assembled<Config>> {
  const { settings, ending, health, metrics, instance, log, tracing, name, running } = basics;
  const ops = await startOpsServer({ host: settings.BIND_ADDRESS, port: settings.METRICS_PORT, metrics, health });
  ending.onClose('metrics port', ops.close);
  const onBus = await connectBusParts(basics);
  const store = await connectStorePart(basics);
  const { rpc, http, clients, now } = createDoors(basics);
  const declared = declaredOnly(name, { ...onBus, store, rpc, http });
  const runtime: Runtime<Config> = Object.assign(declared, {
    service: name,
    instance,
    config,
    lanes: settings.LANES,
    signal: running,
    log,
    metrics,
    tracing,
    health,
    clients,
    now,
    run: ending.run,
    onClose: (close: () => Promise<void>) => ending.onClose(name, close),
  });
  return {
    runtime,
    listen: () => listen(basics, { ops, rpc, http }),
    closeDoors: async () => {
      health.setReady(false);
      rpc?.setHealthy(false);
      await Promise.all([rpc?.close(doorsLimitMs), http === undefined ? undefined : closeHttp(http)]).catch(
        (error: unknown) => log.warn('Ports were not closed cleanly', { error }),
      );
    },
  };
}

interface Doors {
  readonly ops: OpsServer;
  readonly rpc: ListeningRpcServer | undefined;
  readonly http: FastifyInstance | undefined;
}

async function listen({ settings, health }: Basics, { ops, rpc, http }: Doors): Promise<Addresses> {
  const host = settings.BIND_ADDRESS;
  const shown = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host;
  await http?.listen({ host, port: settings.HTTP_PORT ?? 0 });
  const httpPort = portOf(http?.server.address());
  const grpcPort = await rpc?.listen(host, settings.GRPC_PORT ?? 0);
  rpc?.setHealthy(true);
  health.setReady(true);
  return {
    http: httpPort === undefined ? undefined : `http://${shown}:${httpPort}`,
    grpc: grpcPort === undefined ? undefined : `${shown}:${grpcPort}`,
    metrics: `http://${shown}:${ops.port}`,
  };
}

function portOf(address: AddressInfo | string | null | undefined): number | undefined {
  return typeof address === 'object' ? address?.port : undefined;
}

async function closeHttp(http: FastifyInstance): Promise<void> {
  using limit = timeLimit(doorsLimitMs);
  await unlessAborted(http.close(), limit.signal).catch((error: unknown) => {
    http.server.closeAllConnections();
    throw error;
  });
}

/** The declared parts; reading another one says what is to be declared. */
function declaredOnly(service: string, parts: Parts): Pick<Runtime<unknown>, keyof Parts> {
  const properties = Object.entries(parts).map(([part, value]): [string, PropertyDescriptor] => {
    const refuse = () => {
      const use = part === 'nats' ? 'bus' : part;
      throw new Error(`the service ${service} reads runtime.${part}, but does not declare uses: { ${use}: true }`);
    };
    return [part, value === undefined ? { get: refuse } : { value, enumerable: true }];
  });
  return Object.defineProperties({}, Object.fromEntries(properties)) as Pick<Runtime<unknown>, keyof Parts>;
}
