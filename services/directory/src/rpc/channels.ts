import type * as proto from '@trunkline/contracts';
import { ChannelState } from '@trunkline/contracts';
import {
  type CallContext,
  invalidArgument,
  isDuplicateKey,
  requireText,
  TrunklineError,
  tenantFor,
} from '@trunkline/runtime';
import type { DirectoryContext } from '../context.ts';
import { newEntity } from '../domain/create.ts';

import type { ChannelDocument, ChannelStateName } from '../store/documents.ts';

const states: Record<ChannelStateName, ChannelState> = {
  connecting: ChannelState.CHANNEL_STATE_UNSPECIFIED,
  ok: ChannelState.CHANNEL_STATE_OK,
  degraded: ChannelState.CHANNEL_STATE_DEGRADED,
  needs_sign_in: ChannelState.CHANNEL_STATE_NEEDS_SIGN_IN,
  banned: ChannelState.CHANNEL_STATE_BANNED,
  off: ChannelState.CHANNEL_STATE_OFF,
};

function channel(document: ChannelDocument): proto.Channel {
  const { _id: id, tenantId, connector, name, lineId, isActive, settingsJson, hookUrl, createdAt } = document;
  const { accountName, deepLink, stateReason, warnings } = document;
  const secrets = Object.fromEntries(document.secretNames.map((secret) => [secret, 'present']));
  const account = { accountId: document.accountId ?? '', accountName, deepLink };
  const state = { state: states[document.state], stateReason, warnings: [...warnings] };
  return {
    id,
    tenantId,
    connector,
    name,
    lineId,
    isActive,
    settingsJson,
    secrets,
    hookUrl,
    createdAt,
    ...account,
    ...state,
  };
}

function checkedSettings(settingsJson: string): string {
  try {
    const parsed: unknown = JSON.parse(settingsJson === '' ? '{}' : settingsJson);
    if (typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)) return JSON.stringify(parsed);
  } catch {
    // Said below, together with everything else that is no object.
  }
  throw invalidArgument({
    field: 'settings_json',
    description: 'Must be a JSON object, by the schema of the connector.',
  });
}

function alreadyConnected(): TrunklineError {
  const publicMessage = 'This account is connected already.';
  return new TrunklineError('already_exists', publicMessage, {
    publicMessage,
    remedy: 'Delete or switch off the channel that has it, or connect another account.',
  });
}

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
  const { channels: store, lines, connectors, now } = context;

  /** Writes the hook on the platform and keeps what it said. Safe to repeat. */
  const connect = async (document: ChannelDocument): Promise<ChannelDocument> => {
    const { _id, tenantId, connector, settingsJson } = document;
    const secrets = context.openSecrets(connector, document.sealedSecrets);
    const hookUrl = context.hookUrl(connector, _id);
    const told = await context.connector(connector).connect({ channelId: _id, hookUrl, settingsJson, secrets });
    const all = { ...secrets, ...told.secrets };
    return store.update(_id, tenantId, {
      accountName: told.accountName,
      deepLink: told.deepLink,
      hookUrl: told.hookUrl,
      warnings: told.warnings,
      sealedSecrets: context.sealSecrets(connector, all),
      secretNames: Object.keys(all),
      state: 'ok',
      stateReason: '',
      revision: document.revision + 1,
    });
  };

  /** Takes the account for this channel. The unique index decides when two try at once. */
  const claimAccount = async (document: ChannelDocument): Promise<ChannelDocument> => {
    const { _id: channelId, tenantId, connector, settingsJson } = document;
    const secrets = context.openSecrets(connector, document.sealedSecrets);
    const { accountId, accountName } = await context
      .connector(connector)
      .identify({ channelId, settingsJson, secrets });
    try {
      return await store.update(channelId, tenantId, { accountId, accountName });
    } catch (error) {
      throw isDuplicateKey(error) ? alreadyConnected() : error;
    }
  };

  return {
    createChannel: async (request: proto.CreateChannelRequest, caller: CallContext) => {
      const tenantId = tenantFor(caller, request.tenantId);
      const line = await lines.get(request.lineId, tenantId);
      const { connector } = request;
      const known = await connectors.findOne({ _id: connector }, { timeoutMS: 5_000 });
      if (!known) throw invalidArgument({ field: 'connector', description: 'No such connector runs here.' });
      const entity = newEntity('channel', tenantId, request, now());
      const made = await store.create({
        ...entity,
        connector,
        lineId: line._id,
        settingsJson: checkedSettings(request.settingsJson),
        sealedSecrets: context.sealSecrets(connector, request.secrets),
        secretNames: Object.keys(request.secrets),
        // Known before the platform is asked: it may call while it is being connected, and nobody is to poll meanwhile.
        hookUrl: context.hookUrl(connector, entity._id),
        ...unconnected,
      });
      if (made.state !== 'connecting') return channel(made);
      try {
        return channel(await connect(await claimAccount(made)));
      } catch (error) {
        // What could not be connected is not kept: the same request may be repeated once the reason is gone.
        await store.remove(made._id, tenantId);
        throw error;
      }
    },
    getChannel: async ({ channelId }: proto.GetChannelRequest, { tenantScope }: CallContext) =>
      channel(await store.get(channelId, tenantScope)),
    listChannels: async (request: proto.ListChannelsRequest, caller: CallContext) => {
      const { items, nextPageToken } = await store.list(tenantFor(caller, request.tenantId), request);
      return { channels: items.map(channel), nextPageToken };
    },
    updateChannel: async (request: proto.UpdateChannelRequest, caller: CallContext) => {
      const { channelId, name, lineId, settingsJson, secrets } = request;
      const known = await store.get(channelId, caller.tenantScope);
      const { tenantId, connector } = known;
      const all = { ...context.openSecrets(connector, known.sealedSecrets), ...secrets };
      const isReconnected = settingsJson !== undefined || Object.keys(secrets).length > 0;
      const changed = await store.update(channelId, tenantId, {
        ...(name !== undefined && { name: requireText('name', name) }),
        ...(lineId !== undefined && { lineId: (await lines.get(lineId, tenantId))._id }),
        ...(settingsJson !== undefined && { settingsJson: checkedSettings(settingsJson) }),
        ...{ sealedSecrets: context.sealSecrets(connector, all), secretNames: Object.keys(all) },
        revision: known.revision + 1,
      });
      return channel(isReconnected ? await connect(await claimAccount(changed)) : changed);
    },
    switchChannel: async ({ channelId, isActive }: proto.SwitchChannelRequest, { tenantScope }: CallContext) =>
      channel(await store.update(channelId, tenantScope, { isActive, state: isActive ? 'ok' : 'off' })),
    reconnectChannel: async ({ channelId }: proto.ReconnectChannelRequest, { tenantScope }: CallContext) =>
      channel(await connect(await claimAccount(await store.get(channelId, tenantScope)))),
    deleteChannel: async ({ channelId }: proto.DeleteChannelRequest, { tenantScope }: CallContext) => {
      const known = await store.get(channelId, tenantScope);
      if (await context.hasConversations(channelId)) {
        const publicMessage = 'The channel has conversations.';
        const remedy = 'Switch it off instead: its history stays readable.';
        throw new TrunklineError('failed_precondition', publicMessage, { publicMessage, remedy });
      }
      const { connector, settingsJson } = known;
      const secrets = context.openSecrets(connector, known.sealedSecrets);
      await context.connector(connector).disconnect({ channelId, settingsJson, secrets });
      await store.remove(channelId, known.tenantId);
      return {};
    },
  };
}
