import { collections, connectorCollection } from './collections.ts';

/** One index of a collection. */
export interface CollectionIndex {
  readonly collection: string;
  /** Fields in order, 1 upwards or -1 downwards. */
  readonly key: Readonly<Record<string, 1 | -1>>;
  readonly isUnique?: boolean;
  /** Only documents that have this field. */
  readonly where?: string;
}

const { portals, lines, channels, apiKeys, signIns } = collections.directory;
const { keys, parked } = collections.sealer;
const { consumers } = collections.delivery;
const { passport } = collections.audit;

/**
 * Indexes that infra makes before any service starts: those that a rule rests on, and those that follow from no setting. An
 * index with a time of life by a setting is made by its service, which knows the setting.
 */
export function indexesOf(connectors: readonly string[]): readonly CollectionIndex[] {
  return [
    ...[portals, lines, channels, apiKeys].map((collection) => ({ collection, key: { tenantId: 1, _id: 1 } as const })),
    // One account of a messenger is one channel, over all tenants.
    { collection: channels, key: { connector: 1, accountId: 1 }, isUnique: true, where: 'accountId' },
    { collection: channels, key: { lineId: 1 } },
    { collection: apiKeys, key: { hash: 1 }, isUnique: true },
    // What a browser brings back belongs to one signing in.
    { collection: signIns, key: { stateHash: 1 }, isUnique: true },
    { collection: keys, key: { portalId: 1, createdAt: -1 } },
    { collection: keys, key: { changedAt: 1 } },
    // A request makes one licence key, however often it is repeated.
    { collection: keys, key: { requestId: 1 }, isUnique: true },
    { collection: parked, key: { portalId: 1, sequence: 1, index: 1 } },
    { collection: consumers, key: { portalId: 1, name: 1 } },
    { collection: consumers, key: { changedAt: 1 } },
    // The ways into the passport; each is tried with the tenant too, which few documents have more than one of.
    { collection: passport, key: { ids: 1, storedAt: -1 } },
    { collection: passport, key: { portalIds: 1, storedAt: -1 } },
    { collection: passport, key: { conversationIds: 1, storedAt: -1 } },
    { collection: passport, key: { messageTenantIds: 1, storedAt: -1 }, where: 'messageTenantIds' },
    { collection: passport, key: { 'ranges.portalId': 1, 'ranges.first': 1 } },
    ...connectors.flatMap((name) => connectorIndexes(name)),
  ];
}

function connectorIndexes(connector: string): readonly CollectionIndex[] {
  const held = connectorCollection(connector, collections.connector.held);
  return [
    { collection: held, key: { queue: 1, conversation: 1, sequence: 1, index: 1 } },
    { collection: held, key: { lane: 1, sequence: 1, index: 1 } },
    // An entry stands once in its log, however often it is told.
    { collection: connectorCollection(connector, collections.connector.log), key: { log: 1, id: 1 }, isUnique: true },
  ];
}
