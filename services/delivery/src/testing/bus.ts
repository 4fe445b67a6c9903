import { randomUUID } from 'node:crypto';
import {
  type DeliveryAttempt,
  DeliveryRecord,
  directoryKeys,
  laneOf,
  PortalEntry,
  SealingServiceDefinition,
  streams,
  subjects,
} from '@trunkline/contracts';
import {
  createDirectoryWriter,
  defineService,
  innerTokenHash,
  provisionBus,
  type Runtime,
  readRecorded,
  startService,
} from '@trunkline/runtime';
import { type Servers, startServers } from '@trunkline/testkit';
import { z } from 'zod';
import { damageObjects, sealedStreams } from './sealed-streams.ts';
import { type EventParts, signingKeyOf } from './stream.ts';

/** What is before and beside delivery: servers, directory, sealer. */
export interface Surroundings extends AsyncDisposable {
  readonly servers: Servers;
  /** Environment for delivery, whether it runs here or in a process of its own. */
  readonly env: Record<string, string>;
  /** Settings and lane of a portal as the directory tells them. */
  setPortal(entry: Partial<PortalEntry> & { readonly id: string }): Promise<void>;
  /** Seals so many events of a portal under its licence key; gives their sequences. */
  seal(portalId: string, count: number, more?: EventParts): Promise<number[]>;
  /** The same, for a portal that holds more than its share: only what refers to them stands in OUTBOX. */
  overflow(portalId: string, count: number, more?: EventParts): Promise<number[]>;
  /** Puts something else under the keys of a portal's objects; gives a function that puts back what was there. */
  damage(portalId: string): Promise<() => Promise<void>>;
  /** Removes all messages of a portal's stream but the newest, as the janitor may once everybody has read them. */
  purge(portalId: string): Promise<void>;
  /** The sequence up to which delivery has recorded that a portal is done. */
  recordedOf(portalId: string): Promise<number>;
  /** The records of the lane of a portal, in order. */
  recordsOf(portalId: string): Promise<DeliveryRecord[]>;
  /** What records tell of attempts of a portal, in order. */
  attemptsOf(portalId: string): Promise<DeliveryAttempt[]>;
  /** How many strands delivery has recorded of a portal. */
  strandsOf(portalId: string): Promise<number>;
}

/** Token of delivery among the services of a test. */
const token = 'delivery-token';
const quiet = { BIND_ADDRESS: '127.0.0.1', METRICS_PORT: '0', GRPC_PORT: '0', LOG_LEVEL: 'silent' };

/** Starts the servers, and two services as small as they can be: one that writes what delivery reads, and a sealer with keys. */
export async function startSurroundings(): Promise<Surroundings> {
  await using started = new AsyncDisposableStack();
  const servers = started.use(await startServers({ nats: true, mongo: true, own: true }));
  const common = { ...quiet, NATS_URL: servers.natsUrl };
  const writer = started.use(startService(writerService, common));
  const tokens = { INNER_TOKENS: `delivery=${innerTokenHash(token)}` };
  const sealer = started.use(startService(sealerService, { ...quiet, ...tokens }));
  const { runtime } = await writer.ready;
  await provisionBus(runtime.nats, { connectors: [] });
  const peer = (await sealer.ready).addresses.grpc ?? '';
  const gateway = `gateway=${innerTokenHash('gateway-token')}`;
  const all = started.move();
  return {
    servers,
    env: {
      ...common,
      ...{ MONGO_URL: servers.mongoUrl, MONGO_DATABASE: `delivery_${randomUUID().slice(0, 8)}` },
      ...{ INNER_TOKEN: token, INNER_TOKENS: gateway, PEERS: `sealer=${peer}`, ALLOW_PRIVATE_PORTALS: 'home,other' },
    },
    ...writing(runtime),
    [Symbol.asyncDispose]: () => all.disposeAsync(),
  };
}

const writerService = defineService({
  name: 'directory',
  config: z.object({}),
  uses: { bus: true },
  start: async () => {},
});

const absent = async () => {
  throw new Error('not in this test');
};

const sealerService = defineService({
  name: 'sealer',
  config: z.object({}),
  uses: { rpc: true },
  start: async ({ rpc }) => {
    rpc.addService(SealingServiceDefinition, {
      ...{ seal: absent, open: absent, rotateKey: absent, revoke: absent, deleteKey: absent, listKeys: absent },
      // History has lost every seventh event.
      reseal: async ({ events }) => ({
        events: events.map(({ sequence, cloudEvent }) =>
          sequence % 7 === 0
            ? { cloudEvent: Buffer.alloc(0), kid: '', withheldReason: 'its key is gone' }
            : {
                cloudEvent: Buffer.from(String(cloudEvent).replace(/(?<="data":")[^"]*/, 'anew')),
                kid: 'k2',
                withheldReason: '',
              },
        ),
      }),
      getSigningKeys: async ({ portalIds = [] }) => ({
        keys: portalIds
          .filter((portalId) => !portalId.startsWith('keyless'))
          .map((portalId) => ({ kid: 'k', key: signingKeyOf(portalId), createdAt: new Date(), portalId })),
      }),
    });
  },
});

function writing({
  nats,
  bus,
}: Pick<Runtime<unknown>, 'nats' | 'bus'>): Omit<Surroundings, 'servers' | 'env' | typeof Symbol.asyncDispose> {
  const directory = createDirectoryWriter(nats, bus);
  const tenants = new Map<string, string>();
  const streamsOf = sealedStreams(nats, bus);
  const tenantOf = (portalId: string) => tenants.get(portalId) ?? 'home';
  const cursorOf = async (portalId: string) => {
    const { cursors } = await readRecorded(bus, laneOf(tenantOf(portalId)));
    return cursors.find((cursor) => cursor.portalId === portalId);
  };
  const recordsOf = async (portalId: string) => {
    const subject = subjects.deliveries(laneOf(tenantOf(portalId)));
    const records = await bus.batchOf(streams.deliveries, subject, 1, { messages: 10_000, bytes: 16 * 1024 ** 2 });
    return records.map(({ data }) => DeliveryRecord.decode(data));
  };
  return {
    recordsOf,
    recordedOf: async (portalId) => (await cursorOf(portalId))?.sequence ?? 0,
    attemptsOf: async (portalId) => {
      const attempts = (await recordsOf(portalId)).flatMap((record) => record.attempts);
      return attempts.filter((attempt) => attempt.portalId === portalId);
    },
    strandsOf: async (portalId) => (await cursorOf(portalId))?.strands.length ?? 0,
    setPortal: async (entry) => {
      const whole = PortalEntry.fromPartial({ tenantId: 'home', isActive: true, ...entry });
      tenants.set(whole.id, whole.tenantId);
      await directory.publishEntry(directoryKeys.portal(whole.id), PortalEntry.encode(whole).finish());
    },
    seal: (portalId, count, more = {}) => streamsOf(portalId, tenantOf(portalId)).add(count, more, false),
    overflow: (portalId, count, more = {}) => streamsOf(portalId, tenantOf(portalId)).add(count, more, true),
    purge: async (portalId) => {
      const filter = subjects.outbox(laneOf(tenantOf(portalId)), portalId);
      await nats.request(`$JS.API.STREAM.PURGE.${streams.outbox}`, JSON.stringify({ filter, keep: 1 }));
    },
    damage: (portalId) => damageObjects(nats, bus, subjects.outbox(laneOf(tenantOf(portalId)), portalId)),
  };
}
