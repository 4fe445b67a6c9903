import { randomUUID } from 'node:crypto';
import {
  AuditServiceDefinition,
  type FollowRequest,
  type Hop,
  mongoPrivileges,
  natsPermissions,
} from '@trunkline/contracts';
import {
  createRpcClients,
  defineService,
  type HostedService,
  innerTokenHash,
  type LogPort,
  provision,
  type Runtime,
  secret,
  startService,
} from '@trunkline/runtime';
import { type Servers, startServers } from '@trunkline/testkit';
import { z } from 'zod';
import { audit } from '../service.ts';

/** A running audit on real servers, with the rights of its own users, and with everything that writes to the bus played by the test. */
export interface Surroundings extends AsyncDisposable {
  readonly servers: Servers;
  readonly bus: LogPort;
  readonly runtime: Runtime<unknown>;
  /** Hops as a caller of one tenant sees them; `*` for an administrator. */
  follow(tenantId: string, target: FollowRequest['target'], more?: { limit?: number }): Promise<Hop[]>;
  /** Hops one by one, going on until the signal. */
  live(tenantId: string, target: FollowRequest['target'], signal: AbortSignal): AsyncIterable<Hop>;
}

/** Master of the content keys of a test. */
export const auditKey = Buffer.alloc(32, 7);
export const connectors = ['telegram'];

const quiet = { BIND_ADDRESS: '127.0.0.1', METRICS_PORT: '0', GRPC_PORT: '0', LOG_LEVEL: 'silent' };

const writer = defineService({ name: 'normalizer', config: z.object({}), uses: { bus: true }, start: async () => {} });

/** Starts servers, streams and the service. With `withoutKafka` the broker is killed before the service starts. */
export async function startSurroundings({ withoutKafka = false } = {}): Promise<Surroundings> {
  await using started = new AsyncDisposableStack();
  const database = `audit_${randomUUID().slice(0, 8)}`;
  const password = randomUUID();
  const servers = started.use(
    await startServers({
      ...{ nats: true, mongo: true, kafka: true, own: true },
      natsUsers: [{ user: 'audit', password, permissions: natsPermissions('audit', connectors) }],
      mongoUsers: [{ name: 'audit', password, privileges: mongoPrivileges('audit', database) }],
    }),
  );
  if (withoutKafka) await servers.kill('kafka');
  const signal = new AbortController().signal;
  const { natsUrl, mongoUrl } = servers;
  await provision({ natsUrl, mongoUrl, database, connectors, signal });
  const { bus } = (await started.use(startService(writer, { ...quiet, NATS_URL: natsUrl })).ready).runtime;
  const service: HostedService<unknown> = started.use(
    startService(audit, {
      ...quiet,
      ...{ NATS_URL: servers.natsUrlOf('audit'), MONGO_URL: servers.mongoUrlOf('audit') },
      ...{ MONGO_DATABASE: database, KAFKA_BROKERS: servers.kafkaBrokers },
      ...{ AUDIT_KEY: auditKey.toString('base64url'), CONNECTORS: connectors.join(',') },
      INNER_TOKENS: `gateway=${innerTokenHash('gateway-token')}`,
    }),
  );
  const { runtime, addresses } = await service.ready;
  const clients = createRpcClients({
    identity: { service: 'gateway', token: secret('gateway-token') },
    addressOf: () => addresses.grpc ?? '',
  });
  started.defer(() => clients.close());
  const client = clients.of(AuditServiceDefinition, 'audit');
  const all = started.move();
  return {
    ...{ servers, bus, runtime },
    follow: async (tenant, target, { limit = 0 } = {}) => {
      const hops: Hop[] = [];
      for await (const hop of client.follow({ target, limit }, { tenant })) hops.push(hop);
      return hops;
    },
    live: (tenant, target, until) => client.follow({ target, isLive: true }, { tenant, signal: until }),
    [Symbol.asyncDispose]: () => all.disposeAsync(),
  };
}
