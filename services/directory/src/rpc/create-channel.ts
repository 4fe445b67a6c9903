import type { CreateChannelRequest } from '@trunkline/contracts';
import { asTrunklineError, type CallContext, requireText, tenantFor } from '@trunkline/runtime';
import type { DirectoryContext } from '../context.ts';
import { newEntity } from '../domain/create.ts';
import type { ChannelDocument } from '../store/documents.ts';
import { channelView, checkedSecrets, checkedSettings } from './channel-view.ts';
import { type ChannelConnection, secretsOf } from './connect-channel.ts';
import { connectorNamed } from './connectors.ts';

/** What only connecting tells. */
const unconnected = {
  accountName: '',
  deepLink: '',
  state: 'connecting',
  stateReason: '',
  warnings: [],
  revision: 1,
} as const;

/** Makes a channel and connects its account: both, or nothing is kept. */
export function createChannel(context: DirectoryContext, { claim, connect }: ChannelConnection) {
  return async (request: CreateChannelRequest, caller: CallContext) => {
    const made = await keep(context, request, caller);
    if (made.state !== 'connecting') return channelView(made);
    let reached = made;
    try {
      reached = await claim(made, { settingsJson: made.settingsJson, secrets: secretsOf(context, made) });
      return channelView(await connect(reached));
    } catch (error) {
      await forget(context, reached, error).catch(() => {});
      throw error;
    }
  };
}

/** The channel as it is before it is connected; the one of an earlier try of the same request. */
async function keep(
  context: DirectoryContext,
  request: CreateChannelRequest,
  caller: CallContext,
): Promise<ChannelDocument> {
  const tenantId = tenantFor(caller, request.tenantId);
  const line = await context.lines.get(requireText('line_id', request.lineId), tenantId);
  const { _id: connector, secretNames } = await connectorNamed(context, request.connector);
  const secrets = checkedSecrets(request.secrets, secretNames);
  const entity = newEntity('channel', tenantId, request, context.making);
  return await context.channels.create({
    ...{ ...entity, connector, lineId: line._id, settingsJson: checkedSettings(request.settingsJson) },
    ...{ sealedSecrets: context.sealSecrets(connector, secrets), secretNames: Object.keys(secrets) },
    // Known before the platform is asked: it may call while it is being connected, and nobody is to poll meanwhile.
    ...{ hookUrl: context.hookUrl(connector, entity._id), ...unconnected },
  });
}

/** What could not be connected is not kept, unless its hook may be written: then the same request goes on from there. */
async function forget({ channels }: DirectoryContext, document: ChannelDocument, error: unknown): Promise<void> {
  const { _id, tenantId, accountId, revision } = document;
  if (accountId !== undefined && !asTrunklineError(error).certain) return;
  // Nor if the same request, sent twice, has come further meanwhile.
  await channels.remove(_id, tenantId, { state: 'connecting', revision });
}
