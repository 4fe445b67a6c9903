import type { Collection, Timestamp } from '@trunkline/runtime';
import type {
  ApiKeyDocument,
  ChannelDocument,
  ConnectorDocument,
  LineDocument,
  PortalDocument,
  TenantDocument,
} from '../store/documents.ts';
import { apiKeyEntry, type BucketEntry, channelEntry, connectorEntry, portalEntry, tenantEntry } from './entries.ts';

/** The collections that are copied. */
export interface Copied {
  readonly tenants: Collection<TenantDocument>;
  readonly portals: Collection<PortalDocument>;
  readonly lines: Collection<LineDocument>;
  readonly channels: Collection<ChannelDocument>;
  readonly apiKeys: Collection<ApiKeyDocument>;
  readonly connectors: Collection<ConnectorDocument>;
  /** The database's own time: change streams can begin there. */
  readonly operationTime: () => Promise<Timestamp>;
}

/** Name of a collection that is copied. */
export type CopiedName = Exclude<keyof Copied, 'operationTime'>;

const timeout = { timeoutMS: 10_000 };

/** The entries that belong to the documents with these ids (all documents without ids). A line gives those of its channels. */
export async function entriesOf(from: Copied, name: CopiedName, ids?: readonly string[]): Promise<BucketEntry[]> {
  const filter = ids ? { _id: { $in: [...ids] } } : {};
  switch (name) {
    case 'tenants':
      return (await from.tenants.find(filter, timeout).toArray()).map(tenantEntry);
    case 'portals':
      return (await from.portals.find(filter, timeout).toArray()).map(portalEntry);
    case 'apiKeys':
      return (await from.apiKeys.find(filter, timeout).toArray()).map(apiKeyEntry);
    case 'connectors':
      return (await from.connectors.find(filter, timeout).toArray()).map(connectorEntry);
    case 'lines':
      return channelEntries(from, ids ? { lineId: { $in: [...ids] } } : {});
    case 'channels':
      return channelEntries(from, filter);
  }
}

async function channelEntries(from: Copied, filter: object): Promise<BucketEntry[]> {
  // One that is being connected has an entry already, because the platform may call meanwhile; but not before its account is
  // its own: nobody is to fetch the updates of another channel's account.
  const channels = await from.channels.find({ ...filter, accountId: { $exists: true } }, timeout).toArray();
  const lineIds = [...new Set(channels.map((channel) => channel.lineId))];
  const lines = await from.lines.find({ _id: { $in: lineIds } }, timeout).toArray();
  const lineOf = new Map(lines.map((line) => [line._id, line]));
  return channels.map((channel) => channelEntry(channel, lineOf.get(channel.lineId)));
}
