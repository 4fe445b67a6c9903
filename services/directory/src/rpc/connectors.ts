import {
  Capabilities,
  type Connector,
  type ListConnectorsRequest,
  type RegisterConnectorRequest,
} from '@trunkline/contracts';
import { type CallContext, invalidArgument, TrunklineError } from '@trunkline/runtime';
import type { DirectoryContext } from '../context.ts';
import type { ConnectorDocument } from '../store/documents.ts';
import { pageOf } from '../store/page.ts';

function connector(document: ConnectorDocument): Connector {
  const { _id: name, capabilitiesByKind = {}, capabilitiesBySubchannel = {}, secretNames, ...told } = document;
  return { ...told, name, capabilitiesByKind, capabilitiesBySubchannel, secretNames: [...secretNames] };
}

/** The methods about connectors. */
export function connectors({ connectors: collection }: DirectoryContext) {
  return {
    listConnectors: async (page: ListConnectorsRequest) => {
      const { items, nextPageToken } = await pageOf(collection, {}, page);
      return { connectors: items.map(connector), nextPageToken };
    },
    registerConnector: async ({ connector: told }: RegisterConnectorRequest, { caller }: CallContext) => {
      if (!told || !/^[a-z][a-z0-9-]{0,40}$/.test(told.name)) {
        throw invalidArgument({ field: 'connector.name', description: 'Must be the folder name of a connector.' });
      }
      if (told.name !== caller) {
        throw new TrunklineError(
          'permission_denied',
          `${caller} told about ${told.name}: a connector tells about itself`,
        );
      }
      const { name, ...document } = { ...told, capabilities: Capabilities.fromPartial(told.capabilities ?? {}) };
      await collection.updateOne({ _id: name }, { $set: document }, { upsert: true, timeoutMS: 5_000 });
      return {};
    },
  };
}

/** A connector that the directory was told of. Throws `invalid_argument` for any other name. */
export async function connectorNamed(
  { connectors: collection }: DirectoryContext,
  name: string,
): Promise<ConnectorDocument> {
  const known = await collection.findOne({ _id: name }, { timeoutMS: 5_000 });
  if (known) return known;
  throw invalidArgument({ field: 'connector', description: 'No such connector runs here.' });
}
