import { randomBytes, randomUUID } from 'node:crypto';
import {
  Envelope,
  Fact,
  laneOf,
  mongoPrivileges,
  natsPermissions,
  SealedBatch,
  type SealedEvent,
  SealingServiceDefinition,
  streams,
  subjects,
} from '@trunkline/contracts';
import {
  type Collection,
  connectStore,
  createLogger,
  createRpcClients,
  defineService,
  type HostedService,
  innerTokenHash,
  type LogPort,
  openingOverflow,
  openOverflowStore,
  provision,
  type RpcClient,
  type Runtime,
  secret,
  secretsKey,
  startService,
} from '@trunkline/runtime';
import { startServers } from '@trunkline/testkit';
import { z } from 'zod';
import { createKek, type Kek } from '../domain/kek.ts';
import { sealer } from '../service.ts';

export const tenantId = 't1';
export const lane = laneOf(tenantId);

/** A sealer on real servers, as its own users; what is before it and behind it is the test's. */
export interface Surroundings extends AsyncDisposable {
  /** As root. */
  readonly bus: LogPort;
  readonly nats: Runtime<unknown>['nats'];
  /** Puts facts on the bus as one envelope. */
  say(...facts: readonly Fact[]): Promise<void>;
  /** Every sealed event of a portal, from the beginning, wherever it lies. */
  sealed(portalId: string): Promise<SealedEvent[]>;
  /** The methods as a service calls them. */
  readonly as: Readonly<Record<'gateway' | 'directory' | 'delivery', RpcClient<typeof SealingServiceDefinition>>>;
  readonly kek: Kek;
  /** Environment of the service, for one in a process of its own. */
  readonly env: Readonly<Record<string, string>>;
  collection(name: string): Collection<{ _id: string }>;
  /** Moves the service's clock. */
  later(ms: number): void;
  stop(): Promise<void>;
  /** With settings in the place of those it had first. */
  start(settings?: Readonly<Record<string, string>>): Promise<void>;
  metrics(): Promise<string>;
}

const quiet = { BIND_ADDRESS: '127.0.0.1', METRICS_PORT: '0', GRPC_PORT: '0', LOG_LEVEL: 'silent' };
const callers = ['gateway', 'directory', 'delivery'] as const;
const testService = defineService({
  ...{ name: 'test', config: z.object({}), uses: { bus: true } },
  start: async () => {},
});

/** Starts servers and the sealer; with a bus of so many bytes, and settings of its own where a test needs them. */
export async function startSurroundings({
  busBytes,
  settings = {},
}: {
  readonly busBytes?: number;
  readonly settings?: Readonly<Record<string, string>>;
} = {}): Promise<Surroundings> {
  await using started = new AsyncDisposableStack();
  const database = `sealer_${randomUUID().slice(0, 8)}`;
  const natsUsers = [{ user: 'sealer', password: 'own', permissions: natsPermissions('sealer', []) }];
  const mongoUsers = [{ name: 'sealer', password: 'own', privileges: mongoPrivileges('sealer', database) }];
  const servers = started.use(await startServers({ nats: true, mongo: true, own: true, natsUsers, mongoUsers }));
  const { natsUrl, mongoUrl } = servers;
  const signal = AbortSignal.timeout(60_000);
  const size = busBytes === undefined ? {} : { busBytes };
  await provision({ natsUrl, mongoUrl, database, connectors: [], signal, ...size });
  const root = started.use(startService(testService, { ...quiet, NATS_URL: natsUrl }));
  const { bus, nats } = (await root.ready).runtime;
  const whole = openingOverflow(bus, openOverflowStore(nats, bus));
  const log = createLogger({ service: 'test', instance: 'test', level: 'silent' });
  const store = await connectStore({ url: mongoUrl, database, appName: 'test', log, signal });
  started.defer(() => store.close());

  const kekText = randomBytes(32).toString('base64url');
  const env = {
    ...{ ...quiet, NATS_URL: servers.natsUrlOf('sealer'), MONGO_URL: servers.mongoUrlOf('sealer') },
    ...{ MONGO_DATABASE: database, SEALER_KEK: kekText, FILES_KEY: 'files', PUBLIC_URL: 'https://hub.example' },
    ...{ INNER_TOKENS: callers.map((name) => `${name}=${innerTokenHash(`${name}-token`)}`).join(',') },
    LANES: String(lane),
    ...settings,
  };
  let skewMs = 0;
  const now = () => Date.now() + skewMs;
  let hosted: HostedService<unknown> | undefined;
  let address = '';
  const open = started.use(new AsyncDisposableStack());
  const clientOf = (service: string) => {
    const identity = { service, token: secret(`${service}-token`) };
    const clients = createRpcClients({ identity, addressOf: () => address });
    open.defer(async () => clients.close());
    return clients.of(SealingServiceDefinition, 'sealer');
  };
  const clients = () => ({
    gateway: clientOf('gateway'),
    directory: clientOf('directory'),
    delivery: clientOf('delivery'),
  });
  const start = async (other: Readonly<Record<string, string>> = {}) => {
    hosted = startService(sealer, { ...env, ...other }, { now });
    address = (await hosted.ready).addresses.grpc ?? '';
  };
  started.defer(async () => await hosted?.stop());
  await start();
  let as = clients();
  const key = secretsKey(kekText);
  if (!key) throw new Error('32 bytes were made');
  const all = started.move();
  return {
    ...{ bus, nats, env, kek: createKek(key) },
    get as() {
      return as;
    },
    say: async (...facts) => {
      const items = facts.map((fact) => Buffer.from(Fact.encode(fact).finish()));
      const envelope = Envelope.fromPartial({ stage: 'normalizer', lane, items });
      await bus.publish(subjects.facts(lane, 'normalizer'), Envelope.encode(envelope).finish());
    },
    sealed: async (portalId) => {
      const found: SealedEvent[] = [];
      for (let from = 1; ; ) {
        const next = await whole.nextOf(streams.outbox, subjects.outbox(lane, portalId), from);
        if (next === undefined) return found;
        found.push(...SealedBatch.decode(next.data).events);
        from = next.sequence + 1;
      }
    },
    collection: (name) => store.collection(name),
    later: (ms) => {
      skewMs += ms;
    },
    stop: async () => await hosted?.stop(),
    start: async (other) => {
      await start(other);
      as = clients();
    },
    metrics: async () => (await hosted?.ready)?.runtime.metrics.text() ?? '',
    [Symbol.asyncDispose]: () => all.disposeAsync(),
  };
}
