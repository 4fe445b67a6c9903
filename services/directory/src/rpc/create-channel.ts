import type { CreateChannelRequest } from '@trunkline/contracts';
import { asTrunklineError, type CallContext, requireText, tenantFor } from '@trunkline/runtime';
import type { DirectoryContext } from '../context.ts';
import { type CreateRequest, newEntity } from '../domain/create.ts';
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

/** What a channel is made of. */
export interface NewChannel extends CreateRequest {
  readonly tenantId: string;
  readonly connector: string;
  readonly lineId: string;
  readonly settingsJson: string;
  readonly secrets: Readonly<Record<string, string>>;
}

/** Makes a channel as a person describes it. */
export function createChannel(context: DirectoryContext, connection: ChannelConnection) {
  return async (request: CreateChannelRequest, caller: CallContext) => {
    const tenantId = tenantFor(caller, request.tenantId);
    const { secretNames } = await connectorNamed(context, request.connector);
    const secrets = checkedSecrets(request.secrets, secretNames);
    return channelView(await makeChannel(context, connection, { ...request, tenantId, secrets }));
  };
}

/** Makes a channel and connects its account: both, or nothing is kept. */
export async function makeChannel(
  context: DirectoryContext,
  { claim, connect }: ChannelConnection,
  wanted: NewChannel,
): Promise<ChannelDocument> {
  const made = await keep(context, wanted);
  if (made.state !== 'connecting') return made;
  let reached = made;
  try {
    reached = await claim(made, { settingsJson: made.settingsJson, secrets: secretsOf(context, made) });
    return await connect(reached);
  } catch (error) {
    await forget(context, reached, error).catch(() => {});
    throw error;
  }
}

/** The channel as it is before it is connected; the one of an earlier try of the same request. */
async function keep(context: DirectoryContext, wanted: NewChannel): Promise<ChannelDocument> {
  const { tenantId, connector, secrets } = wanted;
  const line = await context.lines.get(requireText('line_id', wanted.lineId), tenantId);
  const entity = newEntity('channel', tenantId, wanted, context.making);
  return await context.channels.create({
    ...{ ...entity, connector, lineId: line._id, settingsJson: checkedSettings(wanted.settingsJson) },
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
