import { randomBytes, randomUUID } from 'node:crypto';
import { startServers, until } from '@trunkline/testkit';
import { z } from 'zod';
import { delivery } from '../../../services/delivery/src/service.ts';
import { directory } from '../../../services/directory/src/service.ts';
import { sealer } from '../../../services/sealer/src/service.ts';
import { text } from '../../../services/sealer/src/testing/facts.ts';
import {
  DeliveryServiceDefinition,
  DirectoryServiceDefinition,
  Envelope,
  Fact,
  laneOf,
  SealedBatch,
  type SealedEvent,
  streams,
  subjects,
} from '../../contracts/src/index.ts';
import {
  createRpcClients,
  defineService,
  innerTokenHash,
  provision,
  type RpcClient,
  secret,
  startService,
} from '../../runtime/src/index.ts';
import { type KeyReceiver, startKeyReceiver, type Told } from './key-receiver.ts';

/** Directory, sealer and delivery on real servers; the test says what was written and plays the portals. */
export interface KeyWorld extends AsyncDisposable {
  readonly directory: RpcClient<typeof DirectoryServiceDefinition>;
  readonly delivery: RpcClient<typeof DeliveryServiceDefinition>;
  readonly tenantId: string;
  readonly scope: { readonly tenant: string };
  /** A portal with its receiver, which has its first key. With `onTold` the receiver keeps nothing. */
  aPortal(onTold?: (told: Told) => void): Promise<{
    readonly portalId: string;
    readonly kid: string;
    readonly licenceKey: string;
    readonly receiver: KeyReceiver;
  }>;
  /** A contact writes; gives the events as they are sealed, once they all are. */
  write(portalId: string, ...texts: readonly string[]): Promise<SealedEvent[]>;
  /** Everything sealed of a portal, or what lies after that sequence of OUTBOX. */
  sealed(portalId: string, after?: number): Promise<SealedEvent[]>;
  /** History forgets all facts until now. */
  forgetFacts(): Promise<void>;
  /** Facts that the sealer told of keys, of one portal. */
  keyUses(portalId: string): Promise<{ readonly use: string; readonly kid: string; readonly count: number }[]>;
}

const quiet = { BIND_ADDRESS: '127.0.0.1', METRICS_PORT: '0', GRPC_PORT: '0', LOG_LEVEL: 'silent' };
const tokenOf = (service: string) => `${service}-token`;

/** Starts everything. `now` is the clock of delivery and of the portals, in milliseconds since 1970. */
export async function startKeyWorld(now: () => number = Date.now): Promise<KeyWorld> {
  await using started = new AsyncDisposableStack();
  const servers = started.use(await startServers({ nats: true, mongo: true, own: true }));
  const { natsUrl, mongoUrl } = servers;
  const database = `keys_${randomUUID().slice(0, 8)}`;
  await provision({ natsUrl, mongoUrl, database, connectors: [], signal: AbortSignal.timeout(60_000) });
  const tester = defineService({ name: 'test', config: z.object({}), uses: { bus: true }, start: async () => {} });
  const { bus, nats } = (await started.use(startService(tester, { ...quiet, NATS_URL: natsUrl })).ready).runtime;

  const hashes = ['gateway', 'directory', 'delivery']
    .map((name) => `${name}=${innerTokenHash(tokenOf(name))}`)
    .join(',');
  const common = { ...quiet, NATS_URL: natsUrl, MONGO_URL: mongoUrl, MONGO_DATABASE: database, INNER_TOKENS: hashes };
  const key = () => randomBytes(32).toString('base64url');
  const sealing = started.use(startService(sealer, { ...common, SEALER_KEK: key(), FILES_KEY: 'files' }));
  const peers = { PEERS: `sealer=${(await sealing.ready).addresses.grpc}` };
  const own = (name: string) => ({ ...common, ...peers, INNER_TOKEN: tokenOf(name) });
  const knowing = started.use(startService(directory, { ...own('directory'), CONNECTOR_SECRETS_KEY: key() }));
  const sending = started.use(startService(delivery, { ...own('delivery'), ALLOW_PRIVATE_PORTALS: 'true' }, { now }));
  const clientOf = async (hosted: typeof knowing | typeof sending) => {
    const address = (await hosted.ready).addresses.grpc ?? '';
    const identity = { service: 'gateway', token: secret(tokenOf('gateway')) };
    const clients = createRpcClients({ identity, addressOf: () => address });
    started.defer(() => clients.close());
    return clients;
  };
  const directoryClient = (await clientOf(knowing)).of(DirectoryServiceDefinition, 'directory');
  const deliveryClient = (await clientOf(sending)).of(DeliveryServiceDefinition, 'delivery');
  const tenant = await directoryClient.createTenant({ idempotencyKey: 'tenant', name: 'Shop' }, { tenant: '*' });
  const [lane, scope] = [laneOf(tenant.id), { tenant: tenant.id }];

  const sealed = async (portalId: string, after = 0) => {
    const found: SealedEvent[] = [];
    for (let from = after + 1; ; ) {
      const next = await bus.nextOf(streams.outbox, subjects.outbox(lane, portalId), from);
      if (next === undefined) return found;
      found.push(...SealedBatch.decode(next.data).events);
      from = next.sequence + 1;
    }
  };
  const all = started.move();
  return {
    ...{ directory: directoryClient, delivery: deliveryClient, tenantId: tenant.id, scope, sealed },
    aPortal: async (onTold) => {
      const receiver = all.use(await startKeyReceiver(now, onTold));
      const settings = { lingerMs: 1 };
      const request = { idempotencyKey: randomUUID(), name: 'CRM', url: receiver.url, settings };
      const { portal, licenceKey } = await directoryClient.createPortal(request, scope);
      receiver.licenceKeys = [licenceKey];
      return { portalId: portal?.id ?? '', kid: portal?.kids[0] ?? '', licenceKey, receiver };
    },
    write: async (portalId, ...texts) => {
      const facts = texts.map((plain) => ({ ...text(portalId, plain), tenantId: tenant.id }));
      const items = facts.map((fact) => Buffer.from(Fact.encode(fact).finish()));
      const envelope = Envelope.fromPartial({ stage: 'normalizer', lane, items });
      const last = await bus.lastOf(streams.outbox, subjects.outbox(lane, portalId));
      await bus.publish(subjects.facts(lane, 'normalizer'), Envelope.encode(envelope).finish());
      const ids = new Set(facts.map(({ id }) => id));
      return await until(async () => {
        const events = (await sealed(portalId, last?.sequence)).filter(({ id }) => ids.has(id));
        return events.length === ids.size && events;
      });
    },
    forgetFacts: async () => void (await nats.request(`$JS.API.STREAM.PURGE.${streams.facts}`)),
    keyUses: async (portalId) => {
      const found = [];
      for (let from = 1; ; ) {
        const next = await bus.nextOf(streams.facts, subjects.facts(lane, 'sealer'), from);
        if (next === undefined) return found;
        for (const fact of Envelope.decode(next.data).items.map((item) => Fact.decode(item)))
          if (fact.fact?.$case === 'keyUsed' && fact.portalId === portalId) found.push(fact.fact.value);
        from = next.sequence + 1;
      }
    },
    [Symbol.asyncDispose]: () => all.disposeAsync(),
  };
}
