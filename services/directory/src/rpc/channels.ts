import type * as proto from '@trunkline/contracts';
import { type CallContext, notFound, requireText, TrunklineError, tenantFor } from '@trunkline/runtime';
import type { DirectoryContext } from '../context.ts';
import { channelView, checkedSecrets, checkedSettings } from './channel-view.ts';
import { connectAccounts } from './connect-accounts.ts';
import { channelConnection, secretsOf } from './connect-channel.ts';
import { connectorNamed } from './connectors.ts';
import { createChannel } from './create-channel.ts';
import { reportHealth } from './report-health.ts';

/** The methods about channels. */
export function channels(context: DirectoryContext) {
  const { channels: store, lines, templates } = context;
  const connection = channelConnection(context);
  const { claim, connectAgain, disconnect } = connection;
  return {
    createChannel: createChannel(context, connection),
    connectAccounts: connectAccounts(context, connection),
    reportHealth: reportHealth(context),
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
      const { secretNames } = await connectorNamed(context, known.connector);
      const claimed = await claim(known, {
        settingsJson: settingsJson === undefined ? known.settingsJson : checkedSettings(settingsJson),
        secrets: { ...secretsOf(context, known), ...checkedSecrets(request.secrets, secretNames) },
        changes,
      });
      return channelView(await connectAgain(claimed));
    },
    switchChannel: async ({ channelId, isActive }: proto.SwitchChannelRequest, { tenantScope }: CallContext) =>
      channelView(await store.update(channelId, tenantScope, { isActive })),
    reconnectChannel: async ({ channelId }: proto.ReconnectChannelRequest, { tenantScope }: CallContext) => {
      const known = await store.get(channelId, tenantScope);
      const given = { settingsJson: known.settingsJson, secrets: secretsOf(context, known) };
      return channelView(await connectAgain(await claim(known, given)));
    },
    deleteChannel: async ({ channelId }: proto.DeleteChannelRequest, { tenantScope }: CallContext) => {
      const known = await store.get(channelId, tenantScope);
      if (await context.hasConversations(channelId)) throw hasConversations();
      await disconnect(known);
      // Somebody may have written until the hook was gone.
      if (await context.hasConversations(channelId)) throw hasConversations();
      if (!(await store.remove(channelId, known.tenantId))) throw notFound('There is no such channel.');
      await templates.deleteOne({ _id: channelId }, { timeoutMS: 5_000 });
      return {};
    },
  };
}

function hasConversations(): TrunklineError {
  const publicMessage = 'The channel has conversations.';
  const remedy = 'Switch it off instead: its history stays readable.';
  return new TrunklineError('failed_precondition', publicMessage, { publicMessage, remedy });
}
