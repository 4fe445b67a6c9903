import { collections, connectorCollection } from './collections.ts';
import {
  buckets,
  directoryKeys,
  egressStream,
  objectStores,
  objectStream,
  sendsStream,
  streams,
  subjects,
} from './streams.ts';

/** Read rights in one stream. */
export interface StreamRights {
  readonly stream: string;
  /** Feeds, and with them the stream's last sequence. Rights are by whole streams: a get of any kind reads every subject. */
  readonly feed?: boolean;
  /** Gets from the leader: the last of a subject, the next of a subject. */
  readonly leader?: boolean;
  /** Direct gets, possibly of a lagging replica. */
  readonly direct?: boolean;
  /** May remove messages. The janitor's alone. */
  readonly purge?: boolean;
}

/** Rights in one object store. */
export interface ObjectRights {
  readonly store: string;
  readonly write?: boolean;
  /** May remove objects. The janitor's alone. */
  readonly remove?: boolean;
}

/** Everything that one service may do. What is not said is refused by the servers. */
export interface ServiceRights {
  /** Subjects that it publishes on. */
  readonly publishes?: readonly string[];
  /** Subjects outside of streams that it listens to. */
  readonly listens?: readonly string[];
  readonly streams?: readonly StreamRights[];
  /** Keys of the directory bucket that it watches, each a filter. */
  readonly directory?: readonly string[];
  /** True if it shares lanes by leases. */
  readonly leases?: boolean;
  readonly objects?: readonly ObjectRights[];
  /** Collections that it alone reads and writes; what is in them others ask it by gRPC. */
  readonly collections?: readonly string[];
  /** gRPC methods of other services that it calls: `SealingService/Open`, or `SealingService/*`. */
  readonly calls?: readonly string[];
}

/** Names of the services that are not connectors. */
export const coreServices = ['directory', 'normalizer', 'sealer', 'delivery', 'gateway', 'audit', 'janitor'] as const;

/** A service that is not a connector. */
export type CoreService = (typeof coreServices)[number];

/** True for a service that is not a connector. Pure. */
export function isCoreService(name: string): name is CoreService {
  return (coreServices as readonly string[]).includes(name);
}

/** Streams of messages: what a passport follows and the janitor clears. */
export function messageStreams(connectors: readonly string[]): readonly string[] {
  const { ingress, facts, outbox, deliveries } = streams;
  return [ingress, facts, outbox, deliveries, ...connectors.flatMap((name) => [egressStream(name), sendsStream(name)])];
}

const key = (directoryKey: string): string => `$KV.${buckets.directory}.${directoryKey}`;
const { tenant, portal, channel, connector: connectorKey, apiKey, room, tenantRoom, laneRoom, allRoom } = directoryKeys;
const all = { feed: true, leader: true };

/**
 * The one table of rights: the bus, the collections and the inner methods of every service. NATS users, MongoDB users and
 * the check of inner calls are made of it. `connectors` are the names of the installed ones. Pure.
 */
export function rightsOf(service: string, connectors: readonly string[]): ServiceRights {
  return isCoreService(service) ? coreRights[service](connectors) : connectorRights(service);
}

const coreRights: Readonly<Record<CoreService, (connectors: readonly string[]) => ServiceRights>> = {
  directory: () => ({
    publishes: [...[tenant('*'), portal('*'), channel('*', '*'), connectorKey('*'), apiKey('*')].map(key)],
    directory: [tenant('*'), portal('*'), channel('*', '*'), connectorKey('*'), apiKey('*')],
    leases: true,
    collections: Object.values(collections.directory),
    calls: [
      ...['ConnectorService/*', 'MessageService/HasConversations'],
      ...['RotateKey', 'ListKeys', 'Revoke', 'DeleteKey'].map((method) => `SealingService/${method}`),
    ],
  }),

  normalizer: (connectors) => ({
    publishes: [
      subjects.ingress('*'),
      subjects.facts('*', 'normalizer'),
      ...connectors.flatMap((name) => [subjects.allEgress(name, '*'), subjects.egressPosition(name, '*')]),
      subjects.timer('*', '*'),
      cursors('normalizer'),
      key(laneRoom('*')),
    ],
    streams: [
      { stream: streams.ingress, ...all },
      { stream: streams.facts, ...all },
      ...connectors.map((name) => ({ stream: egressStream(name), leader: true })),
      { stream: streams.cursors, leader: true },
    ],
    directory: [tenant('*'), portal('*'), channel('*', '*'), connectorKey('*'), allRoom()],
    leases: true,
    objects: [{ store: objectStores.bodies, write: true }],
    collections: Object.values(collections.normalizer),
    calls: ['ConnectorService/ParseAgain'],
  }),

  sealer: () => ({
    publishes: [subjects.allOutbox('*'), subjects.outboxPosition('*'), subjects.facts('*', 'sealer')],
    streams: [
      { stream: streams.facts, ...all },
      { stream: streams.outbox, leader: true },
      // How far each portal is: what it has does not count as held.
      { stream: streams.deliveries, leader: true, direct: true },
    ],
    leases: true,
    objects: [{ store: objectStores.overflow, write: true }],
    collections: Object.values(collections.sealer),
  }),

  delivery: () => ({
    publishes: [subjects.deliveries('*'), key(tenantRoom('*'))],
    streams: [
      { stream: streams.outbox, ...all, direct: true },
      { stream: streams.deliveries, leader: true, direct: true },
    ],
    directory: [portal('*'), tenantRoom('*')],
    leases: true,
    objects: [{ store: objectStores.overflow }],
    collections: Object.values(collections.delivery),
    calls: ['SealingService/GetSigningKeys', 'SealingService/Reseal'],
  }),

  gateway: () => ({
    directory: [tenant('*'), apiKey('*')],
    objects: [{ store: objectStores.files }],
    calls: [
      ...['Submit', 'CanSend', 'Get', 'ListHistory', 'ResolveUnknown', 'Reparse'].map(
        (method) => `MessageService/${method}`,
      ),
      ...['ContactService/*', 'DeliveryService/*', 'PortalService/*', 'AuditService/*'],
      ...partnerDirectoryMethods.map((method) => `DirectoryService/${method}`),
      ...['SealingService/Open', 'SignInService/*'],
    ],
  }),

  audit: (connectors) => ({
    publishes: [cursors('audit')],
    streams: [
      ...messageStreams(connectors).map((stream) => ({ stream, feed: true, leader: true })),
      { stream: streams.cursors, leader: true },
    ],
    leases: true,
    collections: Object.values(collections.audit),
  }),

  janitor: (connectors) => ({
    publishes: [key(room())],
    streams: [
      ...[
        ...[...messageStreams(connectors), streams.timers],
        ...[objectStores.bodies, objectStores.overflow].map(objectStream),
      ].map((stream) => ({ stream, ...all, purge: true })),
      { stream: streams.cursors, leader: true },
    ],
    leases: true,
    objects: [{ store: objectStores.files, remove: true }],
  }),
};

/** Everything but what connectors tell about themselves. */
const partnerDirectoryMethods = [
  ...['CreateTenant', 'GetTenant', 'ListTenants', 'UpdateTenant', 'SwitchTenant'],
  ...['CreatePortal', 'GetPortal', 'ListPortals', 'UpdatePortal', 'SwitchPortal'],
  ...['RotatePortalKey', 'ListPortalKeys', 'RevokePortalKey', 'DeletePortalKey'],
  ...['CreateLine', 'GetLine', 'ListLines', 'UpdateLine', 'SwitchLine'],
  ...['CreateChannel', 'GetChannel', 'ListChannels', 'UpdateChannel', 'SwitchChannel'],
  ...['ReconnectChannel', 'DeleteChannel', 'ListConnectors'],
  ...['ListTemplates', 'SyncTemplates', 'CheckNumbers'],
  ...['BeginSignIn', 'GetSignIn', 'ConnectAccounts'],
  ...['CreateApiKey', 'GetApiKey', 'ListApiKeys', 'UpdateApiKey', 'RevokeApiKey'],
];

/** A connector: its own channels, its own orders, its own records, its own collections. */
function connectorRights(name: string): ServiceRights {
  return {
    publishes: [subjects.ingress('*'), subjects.sends(name, '*'), subjects.allHints(name)],
    listens: [subjects.allHints(name)],
    streams: [
      { stream: egressStream(name), ...all, direct: true },
      { stream: sendsStream(name), leader: true, direct: true },
    ],
    directory: [tenant('*'), channel(name, '*'), connectorKey(name), allRoom()],
    leases: true,
    objects: [
      { store: objectStores.bodies, write: true },
      { store: objectStores.files, write: true },
    ],
    collections: Object.values(collections.connector).map((collection) => connectorCollection(name, collection)),
    calls: ['DirectoryService/RegisterConnector', 'DirectoryService/ReportHealth'],
  };
}

/** Positions of one service's sinks, which are named `<service>.<what>`. */
function cursors(service: string): string {
  return `${subjects.cursor(service, '*').slice(0, -1)}>`;
}

/**
 * May a service call a method of another? The method is given as on the wire: `/trunkline.sealing.v1.SealingService/Open`.
 * Called by every inner gRPC server, after the caller proved who it is. Pure.
 */
export function mayCall(service: string, method: string): boolean {
  const [fullName = '', name = ''] = method.replace(/^\//, '').split('/');
  const short = fullName.slice(fullName.lastIndexOf('.') + 1);
  const allowed = rightsOf(service, []).calls ?? [];
  return name !== '' && (allowed.includes(`${short}/${name}`) || allowed.includes(`${short}/*`));
}
