import type * as proto from '@trunkline/contracts';
import {
  asTrunklineError,
  type CallContext,
  invalidArgument,
  notFound,
  requireText,
  TrunklineError,
  tenantFor,
} from '@trunkline/runtime';
import type { DirectoryContext } from '../context.ts';
import { newEntity } from '../domain/create.ts';
import type { ChannelDocument, ConnectorDocument } from '../store/documents.ts';
import { channelView, checkedSecrets, checkedSettings } from './channel-view.ts';
import { channelConnection } from './connect-channel.ts';

/** What only connecting tells. */
const unconnected = {
  accountName: '',
  deepLink: '',
  state: 'connecting',
  stateReason: '',
  warnings: [],
  revision: 1,
} as const;

/** The methods about channels. */
export function channels(context: DirectoryContext) {
  const { channels: store, lines, making } = context;
  const { claim, connect, connectAgain, disconnect } = channelConnection(context);
  const connectorNamed = async (name: string): Promise<ConnectorDocument> => {
    const known = await context.connectors.findOne({ _id: name }, { timeoutMS: 5_000 });
    if (known) return known;
    throw invalidArgument({ field: 'connector', description: 'No such connector runs here.' });
  };
  const secretsOf = ({ connector, sealedSecrets }: ChannelDocument) => context.openSecrets(connector, sealedSecrets);

  /** What could not be connected is not kept, unless its hook may be written: then the same request goes on from there. */
  const forget = async ({ _id, tenantId, accountId, revision }: ChannelDocument, error: unknown) => {
    if (accountId !== undefined && !asTrunklineError(error).certain) return;
    // Nor if the same request, sent twice, has come further meanwhile.
    await store.remove(_id, tenantId, { state: 'connecting', revision });
  };

  return {
    createChannel: async (request: proto.CreateChannelRequest, caller: CallContext) => {
      const tenantId = tenantFor(caller, request.tenantId);
      const line = await lines.get(requireText('line_id', request.lineId), tenantId);
      const { _id: connector, secretNames } = await connectorNamed(request.connector);
      const secrets = checkedSecrets(request.secrets, secretNames);
      const entity = newEntity('channel', tenantId, request, making);
      const made = await store.create({
        ...{ ...entity, connector, lineId: line._id, settingsJson: checkedSettings(request.settingsJson) },
        ...{ sealedSecrets: context.sealSecrets(connector, secrets), secretNames: Object.keys(secrets) },
        // Known before the platform is asked: it may call while it is being connected, and nobody is to poll meanwhile.
        ...{ hookUrl: context.hookUrl(connector, entity._id), ...unconnected },
      });
      if (made.state !== 'connecting') return channelView(made);
      let reached = made;
      try {
        reached = await claim(made, { settingsJson: made.settingsJson, secrets: secretsOf(made) });
        return channelView(await connect(reached));
      } catch (error) {
        await forget(reached, error).catch(() => {});
        throw error;
      }
    },
    getChannel: async ({ channelId }: proto.GetChannelRequest, { tenantScope }: CallContext) =>
      channelView(await store.get(channelId, tenantScope)),
    listChannels: async (request: proto.ListChannelsRequest, caller: CallContext) => {
      const { items, nextPageToken } = await store.list(tenantFor(caller, request.tenantId), request);
      return { channels: items.map(channelView), nextPageToken };
    },
    updateChannel: async (request: proto.UpdateChannelRequest, caller: CallContext) => {
      const { channelId, name, lineId, settingsJson } = request;
      const known = await store.get(channelId, caller.tenantScope);
      const { tenantId } = known;
      const changes = {
        ...(name !== undefined && { name: requireText('name', name) }),
        ...(lineId !== undefined && { lineId: (await lines.get(lineId, tenantId))._id }),
      };
      const isSame = settingsJson === undefined && Object.keys(request.secrets).length === 0;
      if (isSame) return channelView(await store.update(channelId, tenantId, changes));
      const { secretNames } = await connectorNamed(known.connector);
      const claimed = await claim(known, {
        settingsJson: settingsJson === undefined ? known.settingsJson : checkedSettings(settingsJson),
        secrets: { ...secretsOf(known), ...checkedSecrets(request.secrets, secretNames) },
        changes,
      });
      return channelView(await connectAgain(claimed));
    },
    switchChannel: async ({ channelId, isActive }: proto.SwitchChannelRequest, { tenantScope }: CallContext) =>
      channelView(await store.update(channelId, tenantScope, { isActive })),
    reconnectChannel: async ({ channelId }: proto.ReconnectChannelRequest, { tenantScope }: CallContext) => {
      const known = await store.get(channelId, tenantScope);
      const given = { settingsJson: known.settingsJson, secrets: secretsOf(known) };
      return channelView(await connectAgain(await claim(known, given)));
    },
    deleteChannel: async ({ channelId }: proto.DeleteChannelRequest, { tenantScope }: CallContext) => {
      const known = await store.get(channelId, tenantScope);
      if (await context.hasConversations(channelId)) throw hasConversations();
      await disconnect(known);
      // Somebody may have written until the hook was gone.
      if (await context.hasConversations(channelId)) throw hasConversations();
      if (!(await store.remove(channelId, known.tenantId))) throw notFound('There is no such channel.');
      return {};
    },
  };
}

function hasConversations(): TrunklineError {
  const publicMessage = 'The channel has conversations.';
  const remedy = 'Switch it off instead: its history stays readable.';
  return new TrunklineError('failed_precondition', publicMessage, { publicMessage, remedy });
}
