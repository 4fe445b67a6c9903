import { hostname } from 'node:os';
import type { NatsConnection } from '@nats-io/transport-node';
import { inboxPrefix, mayCall } from '@trunkline/contracts';
import { createBusHealth } from './bus/bus-health.ts';
import { closeBus, connectBus } from './bus/connect.ts';
import { watchDirectory } from './bus/directory.ts';
import { createJetStreamLog } from './bus/jetstream-log.ts';
import { countStale } from './bus/stale-gets.ts';
import { countFenced } from './bus/work-lanes.ts';
import { createEnding, type Ending } from './ending.ts';
import { openFileStore } from './files/file-store.ts';
import { createHealth, type HeldHealth } from './health.ts';
import type { HostOverrides } from './host-overrides.ts';
import { createHttpServer } from './http/server.ts';
import { createLogger, type Logger } from './log.ts';
import { createMetrics, type Metrics } from './metrics.ts';
import { createRpcClients } from './rpc/clients.ts';
import { loadDescriptors } from './rpc/descriptors.ts';
import { innerAccess } from './rpc/inner-access.ts';
import { createRpcServer } from './rpc/server.ts';
import { secret } from './secret.ts';
import type { Runtime, ServiceUses } from './service.ts';
import type { RuntimeSettings } from './settings.ts';
import { connectStore, type Store } from './store/store.ts';
import { createTracing, type Tracing } from './tracing.ts';

/** What the parts of a service are made of. */
export interface PartsOptions {
  readonly name: string;
  readonly uses: ServiceUses;
  readonly settings: RuntimeSettings;
  readonly overrides: HostOverrides;
  /** Aborts when the service is asked to end: ends waiting for servers. */
  readonly stop: AbortSignal;
  /** Aborts when its loops are to end. */
  readonly running: AbortSignal;
}

/** What every service has before anything is connected. */
export interface Basics extends PartsOptions {
  readonly instance: string;
  readonly log: Logger;
  readonly metrics: Metrics;
  readonly tracing: Tracing;
  readonly health: HeldHealth;
  readonly ending: Ending;
}

/** Makes the log, metrics, traces and the ending of a service. No input or output. */
export function createBasics(options: PartsOptions): Basics {
  const { name, settings, overrides, running } = options;
  const instance = settings.INSTANCE_ID ?? randomInstance();
  const destination = overrides.logDestination === undefined ? {} : { destination: overrides.logDestination };
  const log = createLogger({ service: name, instance, level: settings.LOG_LEVEL, ...destination });
  const metrics = createMetrics({ service: name, measuresProcess: overrides.measuresProcess ?? true });
  const tracing = createTracing({
    service: name,
    instance,
    ratio: settings.TRACE_RATIO,
    endpoint: settings.OTEL_EXPORTER_OTLP_ENDPOINT,
  });
  const ending = createEnding(log, running);
  ending.onClose('metrics', metrics.close);
  ending.onClose('traces', tracing.close);
  return { ...options, instance, log, metrics, tracing, health: createHealth(log, metrics), ending };
}

/** The parts of the runtime that a service may declare; undefined where it did not. */
export type Parts = { readonly [Name in PartName]: Runtime<unknown>[Name] | undefined };

type PartName = 'bus' | 'nats' | 'store' | 'directory' | 'files' | 'rpc' | 'http';

/** Connects NATS and what goes over it, as far as the service uses it. Waits for a server that is away until the service is asked to end. */
export async function connectBusParts(basics: Basics): Promise<Pick<Parts, 'bus' | 'nats' | 'directory' | 'files'>> {
  const { uses, name, running, log, ending } = basics;
  if (uses.bus !== true && uses.directory !== true && uses.files !== true) {
    return { bus: undefined, nats: undefined, directory: undefined, files: undefined };
  }
  const busHealth = createBusHealth(basics.health);
  const nats = await connectNats(basics, busHealth.reachable);
  const hears = {
    onRefused: countFenced(basics.metrics),
    onPublished: busHealth.published,
    onStale: countStale(basics.metrics),
  };
  const bus = createJetStreamLog(nats, { inboxPrefix: inboxPrefix(name), ...hears });
  const files = uses.files === true ? openFileStore(nats, bus) : undefined;
  if (uses.directory !== true) return { nats, bus, files, directory: undefined };
  const onTrouble = (error: unknown) => log.warn('The directory cannot be watched well', { error });
  const { directory, watching } = watchDirectory(nats, { service: name, signal: running, onTrouble });
  ending.run('directory', watching);
  return { nats, bus, files, directory };
}

async function connectNats(
  { settings, name, instance, stop, log, ending }: Basics,
  onReachable: (isReachable: boolean) => void,
): Promise<NatsConnection> {
  const nats = await connectBus({
    url: settings.NATS_URL ?? '',
    user: settings.NATS_USER,
    password: settings.NATS_PASSWORD?.reveal(),
    service: name,
    instance,
    ...{ signal: stop, startTimeoutMs: Number.POSITIVE_INFINITY },
    onReachable,
    onTrouble: (error) => log.warn('NATS makes trouble', { error }),
  });
  ending.onClose('NATS', () => closeBus(nats));
  return nats;
}

/** Connects MongoDB if the service uses it. Waits for a server that is away until the service is asked to end. */
export async function connectStorePart(basics: Basics): Promise<Store | undefined> {
  const { uses, settings, name, stop, health, log, ending } = basics;
  if (uses.store !== true) return undefined;
  const store = await connectStore({
    url: settings.MONGO_URL ?? '',
    database: settings.MONGO_DATABASE ?? '',
    appName: name,
    log,
    ...{ signal: stop, startTimeoutMs: Number.POSITIVE_INFINITY },
    onReachable: (isReachable) => health.set('mongodb', isReachable ? undefined : 'MongoDB cannot be reached.'),
  });
  ending.onClose('MongoDB', store.close);
  return store;
}

/** Makes the gRPC server, the HTTP server and the clients of a service. Opens nothing. */
export function createDoors(basics: Basics) {
  const { uses, settings, name, log, metrics, tracing, overrides, ending } = basics;
  const tokenHashes = settings.INNER_TOKENS ?? new Map<string, string>();
  const { PEERS: peers, TRUSTED_PROXIES: trustedProxies = [] } = settings;
  const clients = createRpcClients({
    identity: { service: name, token: settings.INNER_TOKEN ?? secret('') },
    addressOf: overrides.addressOf ?? ((peer) => peers.get(peer) ?? `${peer}:50051`),
  });
  ending.onClose('gRPC clients', clients.close);
  const now = overrides.now ?? Date.now;
  const access = innerAccess({ tokenHashes, mayCall });
  const descriptors = () => loadDescriptors().bytes;
  return {
    now,
    clients,
    rpc: uses.rpc === true ? createRpcServer({ log, metrics, tracing, now, access, descriptors }) : undefined,
    http: uses.http === true ? createHttpServer({ log, metrics, trustedProxies }) : undefined,
  };
}

function randomInstance(): string {
  const host = hostname()
    .replaceAll(/[^\w-]/g, '-')
    .slice(0, 60);
  return `${host}-${process.pid}-${Math.random().toString(36).slice(2, 8)}`;
}
