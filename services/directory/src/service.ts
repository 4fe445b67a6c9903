import { createHmac, hkdfSync, type KeyObject } from 'node:crypto';
import {
  ConnectorServiceDefinition,
  collections,
  DirectoryServiceDefinition,
  MessageServiceDefinition,
  SealingServiceDefinition,
  SignInServiceDefinition,
} from '@trunkline/contracts';
import {
  type Collection,
  connectorKey,
  createDirectoryWriter,
  defineService,
  openSecrets,
  type Store,
  sealSecrets,
  workLanes,
} from '@trunkline/runtime';
import { config } from './config.ts';
import type { DirectoryContext } from './context.ts';
import { copyToBucket } from './publish/copy-to-bucket.ts';
import type { Copied } from './publish/snapshot.ts';
import { apiKeys } from './rpc/api-keys.ts';
import { channels } from './rpc/channels.ts';
import { connectors } from './rpc/connectors.ts';
import { describeSignIn, finishSignIn } from './rpc/finish-sign-in.ts';
import { lines } from './rpc/lines.ts';
import { portalKeys } from './rpc/portal-keys.ts';
import { portals } from './rpc/portals.ts';
import { signIns } from './rpc/sign-ins.ts';
import { templates } from './rpc/templates.ts';
import { tenants } from './rpc/tenants.ts';
import type { ChannelDocument, SignInDocument } from './store/documents.ts';
import { entities } from './store/entities.ts';

const { directory: names } = collections;

/** The directory: tenants, portals, lines, channels and API keys, copied to the bucket that the services watch. */
export const directory = defineService({
  name: 'directory',
  config,
  uses: { bus: true, store: true, rpc: true },
  start: async (runtime) => {
    const { store, bus, nats, clients, now } = runtime;
    const { CONNECTOR_SECRETS_KEY: master, PUBLIC_URL } = runtime.config;
    const messages = clients.of(MessageServiceDefinition, 'normalizer');
    const context: DirectoryContext = {
      tenants: entities(store.collection(names.tenants), 'tenant'),
      portals: entities(store.collection(names.portals), 'portal'),
      lines: entities(store.collection(names.lines), 'line'),
      channels: entities(store.collection(names.channels), 'channel'),
      apiKeys: entities(store.collection(names.apiKeys), 'API key'),
      connectors: store.collection(names.connectors),
      templates: store.collection(names.templates),
      signIns: await openSignIns(store),
      channelOfAccount: async (connector, accountId, tenantId) =>
        (await store
          .collection<ChannelDocument>(names.channels)
          .findOne({ connector, accountId, tenantId }, { timeoutMS: 5_000 })) ?? undefined,
      hasConversations: async (channelId) => (await messages.hasConversations({ channelId })).hasConversations,
      sealing: clients.of(SealingServiceDefinition, 'sealer'),
      connector: (name) => clients.of(ConnectorServiceDefinition, name),
      sealSecrets: (connector, secrets) => sealSecrets(connectorKey(master, connector), secrets),
      openSecrets: (connector, sealed) => openSecrets(connectorKey(master, connector), sealed),
      hookUrl: (connector, channelId) =>
        PUBLIC_URL === undefined ? '' : new URL(`/hooks/${connector}/${channelId}`, PUBLIC_URL).href,
      redirectUrl: PUBLIC_URL === undefined ? undefined : new URL('/oauth/callback', PUBLIC_URL).href,
      making: { now, hash: requestHash(master) },
    };
    runtime.rpc.addService(DirectoryServiceDefinition, {
      ...tenants(context),
      ...portals(context),
      ...portalKeys(context),
      ...lines(context),
      ...channels(context),
      ...templates(context),
      ...signIns(context),
      ...connectors(context),
      ...apiKeys(context),
    });
    runtime.rpc.addService(SignInServiceDefinition, {
      describe: describeSignIn(context),
      finish: finishSignIn(context),
    });
    // One instance copies: whoever owns the first lane.
    const writer = createDirectoryWriter(nats, bus);
    const from = copied(store);
    workLanes(runtime, ({ signal }) => copyToBucket(from, writer, signal), [0]);
  },
});

/** Signings in that are over are forgotten by MongoDB itself. */
async function openSignIns(store: Store): Promise<Collection<SignInDocument>> {
  await store.provideIndex(names.signIns, { expiresAt: 1 }, { expireAfterSeconds: 0 });
  return store.collection(names.signIns);
}

/** A hash under a key of its own: from it alone nobody can guess a secret that a request held. */
function requestHash(master: KeyObject): (text: string) => string {
  const key = Buffer.from(hkdfSync('sha256', master, 'trunkline.directory', 'requests', 32));
  return (text) => createHmac('sha256', key).update(text).digest('hex');
}

function copied(store: Store): Copied {
  return {
    tenants: store.collection(names.tenants),
    portals: store.collection(names.portals),
    lines: store.collection(names.lines),
    channels: store.collection(names.channels),
    apiKeys: store.collection(names.apiKeys),
    connectors: store.collection(names.connectors),
    operationTime: async () => {
      const { operationTime } = await store.db.command({ hello: 1 });
      return operationTime;
    },
  };
}
