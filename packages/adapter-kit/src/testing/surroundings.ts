import { randomBytes, randomUUID } from 'node:crypto';
import { join } from 'node:path';
import {
  ChannelEntry,
  directoryKeys,
  EgressBatch,
  EgressItem,
  IngressBatch,
  IngressItem,
  laneOf,
  MediaState,
  type ReportHealthRequest,
  streams,
  subjects,
  TenantEntry,
} from '@trunkline/contracts';
import {
  createDirectoryWriter,
  defineService,
  type HostedService,
  type LogPort,
  provision,
  sealSecrets,
  secretsKey,
  startService,
} from '@trunkline/runtime';
import { type Servers, startServers } from '@trunkline/testkit';
import { z } from 'zod';
import { connectorService } from '../host/service.ts';
import { innerToken, playDirectory } from './directory.ts';
import { type FakePlatform, startPlatform } from './platform.ts';

/** Folder of the sample connector. */
export const sampleFolder = join(import.meta.dirname, 'sample');
export const tenantId = 't1';
export const token = 'sample-token';

/** The sample connector's surroundings: servers, a fake platform, and the directory and bus played by the test. */
export interface Surroundings extends AsyncDisposable {
  readonly servers: Servers;
  readonly platform: FakePlatform;
  readonly bus: LogPort;
  /** What the connector told of its channels. */
  readonly told: readonly ReportHealthRequest[];
  /** Environment of the connector's service. */
  readonly env: Record<string, string>;
  /** Puts a channel into the directory; gives its id. */
  channel(more?: Partial<ChannelEntry>): Promise<string>;
  /** Puts orders of one channel on the bus as one message. */
  order(...items: readonly EgressItem[]): Promise<void>;
  /** Everything that entered for a channel, from the beginning. */
  entered(channelId: string): Promise<IngressItem[]>;
  /** Starts the connector in this process. */
  start(more?: Record<string, string>): HostedService<unknown>;
}

const writerService = defineService({
  name: 'directory',
  config: z.object({}),
  uses: { bus: true },
  start: async () => {},
});
const quiet = { BIND_ADDRESS: '127.0.0.1', METRICS_PORT: '0', GRPC_PORT: '0', HTTP_PORT: '0', LOG_LEVEL: 'silent' };
const lane = laneOf(tenantId);

/** Starts servers and everything around one connector of a folder. */
export async function startSurroundings(connector = 'sample', folder = sampleFolder): Promise<Surroundings> {
  await using started = new AsyncDisposableStack();
  const servers = started.use(await startServers({ nats: true, mongo: true, own: true }));
  const platform = started.use(await startPlatform());
  const writer = started.use(startService(writerService, { ...quiet, NATS_URL: servers.natsUrl }));
  const { nats, bus } = (await writer.ready).runtime;
  const database = `sample_${randomUUID().slice(0, 8)}`;
  const { natsUrl, mongoUrl } = servers;
  await provision({ natsUrl, mongoUrl, database, connectors: [connector], signal: AbortSignal.timeout(30_000) });
  const directory = createDirectoryWriter(nats, bus);
  await directory.publishEntry(
    directoryKeys.tenant(tenantId),
    TenantEntry.encode(TenantEntry.fromPartial({ id: tenantId, isActive: true })).finish(),
  );
  const keyText = randomBytes(32).toString('base64url');
  const key = secretsKey(keyText);
  if (key === undefined) throw new Error('a key of 32 bytes was expected');
  const entries = new Map<string, ChannelEntry>();
  const publish = async (entry: ChannelEntry) => {
    entries.set(entry.id, entry);
    await directory.publishEntry(directoryKeys.channel(connector, entry.id), ChannelEntry.encode(entry).finish());
  };
  const played = playDirectory(quiet, connector, async (channelId, state) => {
    const entry = entries.get(channelId);
    if (entry !== undefined) await publish({ ...entry, state });
  });
  started.use(played.hosted);
  const { addresses } = await played.hosted.ready;
  const env = {
    ...quiet,
    ...{ NATS_URL: natsUrl, MONGO_URL: mongoUrl, MONGO_DATABASE: database },
    ...{ SECRETS_KEY: keyText, FILES_KEY: 'files', ALLOW_PRIVATE_PLATFORMS: 'true', PLATFORM_HOSTS: platform.url },
    ...{ PEERS: `directory=${addresses.grpc}`, INNER_TOKEN: innerToken },
    ...{ LANES: String(lane), CONNECTORS: connector },
  };
  const all = started.move();
  return {
    servers,
    platform,
    bus,
    told: played.told,
    env,
    channel: async (more = {}) => {
      const entry = ChannelEntry.fromPartial({
        ...{ id: randomUUID(), tenantId, connector, name: 'Sales', isActive: true, revision: 1 },
        settingsJson: JSON.stringify({ apiUrl: platform.url }),
        sealedSecrets: sealSecrets(key, { token, hookSecret: token }),
        hookUrl: 'https://hub.example/hooks/sample',
        ...more,
      });
      await publish(entry);
      return entry.id;
    },
    order: async (...items) => {
      const [first] = items;
      const subjectOf = first?.order?.$case === 'fetch' ? subjects.egressFiles : subjects.egress;
      const encoded = items.map((item) => Buffer.from(EgressItem.encode(item).finish()));
      await bus.publish(
        subjectOf(connector, lane, first?.channelId ?? ''),
        EgressBatch.encode({ items: encoded }).finish(),
      );
    },
    entered: async (channelId) => {
      const found = await everythingOf(bus, streams.ingress, subjects.ingress(lane));
      return found
        .flatMap((data) => IngressBatch.decode(data).items.map((item) => IngressItem.decode(item)))
        .filter(({ item }) => item !== undefined && 'channelId' in item.value && item.value.channelId === channelId);
    },
    start: (more = {}) => startService(connectorService(connector, folder), { ...env, ...more }),
    [Symbol.asyncDispose]: () => all.disposeAsync(),
  };
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

/** An order to send a text. */
export function sendText(
  channelId: string,
  who: string,
  text: string,
  more: { id?: string; bulk?: boolean; expiresAt?: Date } = {},
): EgressItem {
  return EgressItem.fromPartial({
    ...{ tenantId, channelId, conversationId: `conversation of ${who}`, at: new Date() },
    order: {
      $case: 'send',
      value: {
        message: {
          id: more.id ?? randomUUID(),
          priority: more.bulk === true ? 2 : 1,
          ...(more.expiresAt === undefined ? {} : { expiresAt: more.expiresAt }),
          action: { $case: 'message', value: { content: { kind: { $case: 'text', value: { plain: text } } } } },
        },
        conversation: { platformId: who },
        parts: 1,
      },
    },
  });
}

/** An order to send a picture that the company keeps elsewhere. */
export function sendFile(channelId: string, id: string, media: object): EgressItem {
  const image = { media: { state: MediaState.MEDIA_STATE_PENDING, ...media } };
  const action = { $case: 'message', value: { content: { kind: { $case: 'image', value: image } } } };
  return EgressItem.fromPartial({
    ...{ tenantId, channelId, conversationId: id, at: new Date() },
    order: {
      $case: 'send',
      value: { message: { id, action } as never, conversation: { platformId: id }, parts: 1 },
    },
  });
}
