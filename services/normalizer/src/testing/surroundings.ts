import { randomUUID } from 'node:crypto';
import {
  ChannelEntry,
  type ChannelEvent,
  ConnectorEntry,
  ConnectorServiceDefinition,
  ContactServiceDefinition,
  directoryKeys,
  EgressBatch,
  EgressItem,
  Envelope,
  egressStream,
  Fact,
  IngressBatch,
  IngressItem,
  laneOf,
  MessageServiceDefinition,
  natsPermissions,
  streams,
  subjects,
  TenantEntry,
} from '@trunkline/contracts';
import {
  connectStore,
  createDirectoryWriter,
  createLogger,
  createRpcClients,
  defineService,
  type HostedService,
  type Implementation,
  innerTokenHash,
  type LogPort,
  provisionBus,
  provisionStore,
  provisionStoreUsers,
  type RpcClient,
  secret,
  startService,
} from '@trunkline/runtime';
import { startServers } from '@trunkline/testkit';
import { z } from 'zod';
import { normalizer } from '../service.ts';
import { capabilities, channel, otherChannel, strangeChannel } from './build.ts';

/** A running normalizer with everything before and behind it played by the test. */
export interface Surroundings extends AsyncDisposable {
  readonly bus: LogPort;
  /** Puts items on the bus as one message. */
  enter(...items: readonly IngressItem['item'][]): Promise<void>;
  /** Every fact of tenant t1's lane, from the beginning. */
  facts(): Promise<Fact[]>;
  /** Every order to a channel, from the beginning; `files` for those that copy files. */
  orders(channelId: string, files?: 'files'): Promise<EgressItem[]>;
  readonly messages: RpcClient<typeof MessageServiceDefinition>;
  readonly contacts: RpcClient<typeof ContactServiceDefinition>;
  /** The same as the directory calls them. */
  readonly directory: RpcClient<typeof MessageServiceDefinition>;
  /** What the connector makes of a body that it parses again. */
  parser: (body: string) => Parsed;
  /** Sets how many bytes the orders to a connector's channels may fill; what is there stays. */
  limitOrders(connector: string, maxBytes: number): Promise<void>;
  /** Text of the metrics. */
  metrics(): Promise<string>;
  /** Ends the service and starts it again. */
  restart(): Promise<void>;
}

/** What parsing again gives. */
export interface Parsed {
  readonly events?: ChannelEvent[];
  readonly parseError?: string;
}

const quiet = { BIND_ADDRESS: '127.0.0.1', METRICS_PORT: '0', GRPC_PORT: '0', LOG_LEVEL: 'silent' };

const writerService = defineService({
  name: 'directory',
  config: z.object({}),
  uses: { bus: true },
  start: async () => {},
});

const service = 'normalizer';
const connectors = ['telegram', 'webchat'];

/** Starts servers, the bus with two connectors, and the normalizer. */
export async function startSurroundings(): Promise<Surroundings> {
  await using started = new AsyncDisposableStack();
  const user = { user: service, password: 'own', permissions: natsPermissions(service, connectors) };
  const mongoUsers = [{ name: 'test', password: 'root', roles: [{ role: 'root', db: 'admin' }] }];
  const wanted = { nats: true, mongo: true, own: true, natsUsers: [user], mongoUsers };
  const servers = started.use(await startServers(wanted));
  const common = { ...quiet, NATS_URL: servers.natsUrl };
  const writer = started.use(startService(writerService, common));
  const { nats, bus } = (await writer.ready).runtime;
  await provisionBus(nats, { connectors });
  const directory = createDirectoryWriter(nats, bus);
  for (const name of connectors) {
    const entry = ConnectorEntry.fromPartial({ name, capabilities });
    await directory.publishEntry(directoryKeys.connector(name), ConnectorEntry.encode(entry).finish());
  }
  for (const entry of [channel, otherChannel, strangeChannel]) {
    const key = directoryKeys.channel(entry.connector, entry.id);
    await directory.publishEntry(key, ChannelEntry.encode(entry).finish());
  }
  for (const id of ['t1', 't9']) {
    await directory.publishEntry(
      directoryKeys.tenant(id),
      TenantEntry.encode(TenantEntry.fromPartial({ id, isActive: true })).finish(),
    );
  }
  const played = { parser: (_body: string): Parsed => ({ parseError: 'nobody expected this' }) };
  const connector = started.use(startService(playedConnector(played), { ...quiet, INNER_TOKENS: hashOf(service) }));
  const peer = (await connector.ready).addresses.grpc;
  const database = `normalizer_${randomUUID().slice(0, 8)}`;
  const env = {
    // As its own users, with the rights of the table and nothing else.
    ...{ ...quiet, NATS_URL: servers.natsUrlOf(service) },
    ...{ MONGO_URL: await provideStore(servers.mongoUrl, database), MONGO_DATABASE: database },
    ...{ PARKING_KEY: Buffer.alloc(32, 1).toString('base64url'), FILES_KEY: 'files', ALBUM_MS: '300' },
    ...{ INNER_TOKENS: ['gateway', 'directory'].map(hashOf).join(','), INNER_TOKEN: `${service}-token` },
    PEERS: `telegram=${peer}`,
  };
  let hosted: HostedService<unknown> = startService(normalizer, env);
  started.defer(() => hosted.stop());
  let address = (await hosted.ready).addresses.grpc ?? '';
  const clientOf = (name: string) =>
    createRpcClients({ identity: { service: name, token: secret(`${name}-token`) }, addressOf: () => address });
  let gateway = clientOf('gateway');
  let directoryClient = clientOf('directory');
  const lane = laneOf('t1');
  const all = started.move();
  return {
    bus,
    enter: async (...items) => {
      const encoded = items.map((item) =>
        Buffer.from(IngressItem.encode({ receivedAt: new Date(), traceparent: '', item }).finish()),
      );
      await bus.publish(subjects.ingress(lane), IngressBatch.encode({ items: encoded }).finish());
    },
    facts: async () => {
      const found = await everythingOf(bus, streams.facts, subjects.facts(lane, 'normalizer'));
      return found.flatMap((data) => Envelope.decode(data).items.map((item) => Fact.decode(item)));
    },
    orders: async (channelId, files) => {
      const { connector } = [channel, otherChannel].find(({ id }) => id === channelId) ?? channel;
      const subject = (files ? subjects.egressFiles : subjects.egress)(connector, lane, channelId);
      const found = await everythingOf(bus, egressStream(connector), subject);
      return found.flatMap((data) => EgressBatch.decode(data).items.map((item) => EgressItem.decode(item)));
    },
    get messages() {
      return gateway.of(MessageServiceDefinition, 'normalizer');
    },
    get contacts() {
      return gateway.of(ContactServiceDefinition, 'normalizer');
    },
    get directory() {
      return directoryClient.of(MessageServiceDefinition, 'normalizer');
    },
    get parser() {
      return played.parser;
    },
    set parser(parser) {
      played.parser = parser;
    },
    limitOrders: async (connector, maxBytes) => {
      const api = (what: string) => `$JS.API.STREAM.${what}.${egressStream(connector)}`;
      const told = (await nats.request(api('INFO'))).json<{ config: object; state: { bytes: number } }>();
      const changed = JSON.stringify({ ...told.config, max_bytes: Math.max(maxBytes, told.state.bytes) });
      const answer = (await nats.request(api('UPDATE'), changed)).json<{ error?: { description: string } }>();
      if (answer.error !== undefined) throw new Error(answer.error.description);
    },
    metrics: async () => await (await hosted.ready).runtime.metrics.text(),
    restart: async () => {
      await hosted.stop();
      hosted = startService(normalizer, env);
      address = (await hosted.ready).addresses.grpc ?? '';
      gateway.close();
      directoryClient.close();
      gateway = clientOf('gateway');
      directoryClient = clientOf('directory');
    },
    [Symbol.asyncDispose]: async () => {
      gateway.close();
      directoryClient.close();
      await all.disposeAsync();
    },
  };
}

function hashOf(name: string): string {
  return `${name}=${innerTokenHash(`${name}-token`)}`;
}

/** A connector that only parses. */
function playedConnector(played: Pick<Surroundings, 'parser'>) {
  const never = async () => {
    throw new Error('nobody asks this here');
  };
  const others = Object.keys(ConnectorServiceDefinition.methods).map((name) => [name, never]);
  return defineService({
    ...{ name: 'telegram', config: z.object({}), uses: { rpc: true } },
    start: async ({ rpc }) =>
      rpc.addService(ConnectorServiceDefinition, {
        ...(Object.fromEntries(others) as Implementation<typeof ConnectorServiceDefinition>),
        parseAgain: async ({ raw }) => played.parser(Buffer.from(raw ?? []).toString()),
      }),
  });
}

/** Makes the database with the service's own user; gives its address for that user. */
async function provideStore(rootUrl: string, database: string): Promise<string> {
  const log = createLogger({ service: 'test', instance: 'test', level: 'silent' });
  const { signal } = new AbortController();
  const root = await connectStore({ url: rootUrl, database, appName: 'test', log, signal });
  try {
    await provisionStore(root.client, { database, connectors });
    await provisionStoreUsers(root.client, { database, connectors }, new Map([[service, 'own']]));
  } finally {
    await root.close();
  }
  const url = new URL(rootUrl);
  url.username = service;
  url.password = 'own';
  return url.href;
}

async function everythingOf(bus: LogPort, stream: string, subject: string): Promise<Uint8Array[]> {
  const found: Uint8Array[] = [];
  for (let from = 1; ; ) {
    const next = await bus.nextOf(stream, subject, from);
    if (next === undefined) return found;
    found.push(next.data);
    from = next.sequence + 1;
  }
}
