import { randomBytes, randomUUID } from 'node:crypto';
import {
  Capabilities,
  ConnectorServiceDefinition,
  DirectoryServiceDefinition,
  MessageServiceDefinition,
  mongoPrivileges,
  natsPermissions,
  SealingServiceDefinition,
  SignInServiceDefinition,
} from '@trunkline/contracts';
import {
  type Collection,
  connectorKey,
  connectStore,
  createLogger,
  createRpcClients,
  type Directory,
  defineService,
  type HostedService,
  type Implementation,
  innerTokenHash,
  openSecrets,
  provision,
  type RpcClient,
  type RpcDefinition,
  type SecretValues,
  secret,
  secretsKey,
  startService,
} from '@trunkline/runtime';
import { startServers } from '@trunkline/testkit';
import { z } from 'zod';
import { directory } from '../service.ts';
import type { Entity } from '../store/documents.ts';
import { connectorOf, type FakePlatform, type FakeSealer, fakePlatform, sealerOf, unasked } from './fake-peers.ts';

export const connector = 'telegram';

/** A running directory, as its own users, with the services that it asks played by the test. */
export interface Surroundings extends AsyncDisposable {
  readonly platform: FakePlatform;
  /** Channels that have conversations. */
  readonly withConversations: Set<string>;
  /** Licence keys that the sealer made, by portal and request; the next one is this error, if there is one. */
  readonly sealer: FakeSealer;
  /** The directory's methods as the gateway calls them. */
  readonly gateway: RpcClient<typeof DirectoryServiceDefinition>;
  /** What a browser brings back, as the gateway hands it over. */
  readonly signInDoor: RpcClient<typeof SignInServiceDefinition>;
  /** The same as a connector calls them. */
  readonly asConnector: RpcClient<typeof DirectoryServiceDefinition>;
  /** What the gateway, the connector and delivery watch. */
  readonly seenByGateway: Directory;
  readonly seenByConnector: Directory;
  readonly seenByDelivery: Directory;
  collection(name: string): Collection<Entity>;
  /** A channel's secrets as its connector opens them. */
  opened(sealedSecrets: string): SecretValues;
  /** Ends the directory and starts it again; between the two, something may happen. */
  restart(meanwhile?: () => Promise<void>): Promise<void>;
}

const quiet = { BIND_ADDRESS: '127.0.0.1', METRICS_PORT: '0', GRPC_PORT: '0', LOG_LEVEL: 'silent' };
const tokenOf = (service: string) => `${service}-token`;
const hashes = (...services: string[]) => services.map((name) => `${name}=${innerTokenHash(tokenOf(name))}`).join(',');

/** Starts servers, the directory, and everybody around it. */
export async function startSurroundings(): Promise<Surroundings> {
  await using started = new AsyncDisposableStack();
  const database = `directory_${randomUUID().slice(0, 8)}`;
  const users = ['directory', 'gateway', 'delivery', connector].map((user) => ({
    ...{ user, password: 'own', permissions: natsPermissions(user, [connector]) },
  }));
  const mongoUsers = [{ name: 'directory', password: 'own', privileges: mongoPrivileges('directory', database) }];
  const servers = started.use(await startServers({ nats: true, mongo: true, own: true, natsUsers: users, mongoUsers }));
  const { natsUrl, mongoUrl } = servers;
  const signal = AbortSignal.timeout(60_000);
  await provision({ natsUrl, mongoUrl, database, connectors: [connector], signal });

  const platform = fakePlatform();
  const withConversations = new Set<string>();
  const sealer: FakeSealer = { failure: undefined, made: new Map(), keys: new Map() };
  const peers = await Promise.all([
    peer(started, connector, ConnectorServiceDefinition, connectorOf(platform)),
    peer(started, 'sealer', SealingServiceDefinition, sealerOf(sealer)),
    peer(started, 'normalizer', MessageServiceDefinition, {
      ...unasked(MessageServiceDefinition),
      hasConversations: async ({ channelId }) => ({ hasConversations: withConversations.has(channelId) }),
    }),
  ]);
  const masterText = randomBytes(32).toString('base64url');
  const env = {
    ...{ ...quiet, NATS_URL: servers.natsUrlOf('directory'), MONGO_URL: servers.mongoUrlOf('directory') },
    ...{ MONGO_DATABASE: database, INNER_TOKEN: tokenOf('directory'), INNER_TOKENS: hashes('gateway', connector) },
    ...{ PEERS: peers.join(','), PUBLIC_URL: 'https://hub.example', CONNECTOR_SECRETS_KEY: masterText },
  };
  let hosted: HostedService<unknown> = startService(directory, env);
  started.defer(() => hosted.stop());
  let address = (await hosted.ready).addresses.grpc ?? '';
  const open = started.use(new AsyncDisposableStack());
  const clientsOf = (service: string) => {
    const clients = createRpcClients({
      identity: { service, token: secret(tokenOf(service)) },
      addressOf: () => address,
    });
    open.defer(async () => clients.close());
    return clients;
  };
  const clientOf = (service: string) => clientsOf(service).of(DirectoryServiceDefinition, 'directory');
  const watcher = async (name: string) => {
    const service = defineService({ name, config: z.object({}), uses: { directory: true }, start: async () => {} });
    const watching = started.use(startService(service, { ...quiet, NATS_URL: servers.natsUrlOf(name) }));
    return (await watching.ready).runtime.directory;
  };
  const log = createLogger({ service: 'test', instance: 'test', level: 'silent' });
  const root = await connectStore({ url: mongoUrl, database, appName: 'test', log, signal });
  started.defer(() => root.close());
  const master = secretsKey(masterText);
  if (!master) throw new Error('32 bytes were made');
  let [gateway, asConnector] = [clientOf('gateway'), clientOf(connector)];
  const [seenByGateway, seenByConnector, seenByDelivery] = await Promise.all([
    watcher('gateway'),
    watcher(connector),
    watcher('delivery'),
  ]);
  const all = started.move();
  return {
    ...{ platform, withConversations, sealer, seenByGateway, seenByConnector, seenByDelivery },
    get gateway() {
      return gateway;
    },
    signInDoor: clientsOf('gateway').of(SignInServiceDefinition, 'directory'),
    get asConnector() {
      return asConnector;
    },
    collection: (name) => root.collection(name),
    opened: (sealed) => openSecrets(connectorKey(master, connector), sealed),
    restart: async (meanwhile) => {
      await hosted.stop();
      await meanwhile?.();
      hosted = startService(directory, env);
      address = (await hosted.ready).addresses.grpc ?? '';
      [gateway, asConnector] = [clientOf('gateway'), clientOf(connector)];
    },
    [Symbol.asyncDispose]: () => all.disposeAsync(),
  };
}

/** A service that the directory asks; gives its entry of PEERS. */
async function peer<Definition extends RpcDefinition>(
  started: AsyncDisposableStack,
  name: string,
  definition: Definition,
  methods: Implementation<Definition>,
): Promise<string> {
  const service = defineService({
    ...{ name, config: z.object({}), uses: { rpc: true } },
    start: async ({ rpc }) => rpc.addService(definition, methods),
  });
  const hosted = started.use(startService(service, { ...quiet, INNER_TOKENS: hashes('directory') }));
  return `${name}=${(await hosted.ready).addresses.grpc}`;
}

/** What a connector tells about itself. */
export const told = {
  name: connector,
  title: 'Telegram',
  capabilities: Capabilities.fromPartial({ textMax: 4_096 }),
  capabilitiesByKind: { 3: Capabilities.fromPartial({ textMax: 2_000 }) },
  capabilitiesBySubchannel: { sms: Capabilities.fromPartial({ textMax: 1_600 }) },
  settingsSchema: '{}',
  secretNames: ['token', 'appSecret'],
};
