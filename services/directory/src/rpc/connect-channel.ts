import { asTrunklineError, isDuplicateKey, type SecretValues, TrunklineError } from '@trunkline/runtime';
import type { DirectoryContext } from '../context.ts';
import type { ChannelDocument } from '../store/documents.ts';

/** How a channel gets its account and its hook. */
export interface ChannelConnection {
  /**
   * Asks the platform whose account these settings and secrets open and stores all of it at once, for this channel alone:
   * the unique index decides when two try. Nothing is changed when it throws: an account that is connected already,
   * anywhere, keeps its hook, and a channel never becomes another account's.
   */
  readonly claim: (document: ChannelDocument, given: Given) => Promise<ChannelDocument>;
  /** Writes the hook on the platform and keeps what it said. Safe to repeat. */
  readonly connect: (document: ChannelDocument) => Promise<ChannelDocument>;
  /** The same for a channel that works already: when it fails, the channel says so until it is connected again. */
  readonly connectAgain: (document: ChannelDocument) => Promise<ChannelDocument>;
  /** Takes the hook away, if the channel has one. */
  readonly disconnect: (document: ChannelDocument) => Promise<void>;
}

/** What opens the account, and what changes with it. */
export interface Given {
  readonly settingsJson: string;
  readonly secrets: SecretValues;
  readonly changes?: Partial<ChannelDocument>;
}

/** Makes the steps over the store and the connectors. */
export function channelConnection(context: DirectoryContext): ChannelConnection {
  const { channels: store } = context;
  /** Nobody else changed it since it was read: two that add secrets at once would forget one. */
  const update = ({ _id, tenantId, revision }: ChannelDocument, changes: Partial<ChannelDocument>) =>
    store.update(_id, tenantId, { ...changes, revision: revision + 1 }, { revision });

  const claim: ChannelConnection['claim'] = async (document, { settingsJson, secrets, changes = {} }) => {
    const { _id: channelId, tenantId, connector } = document;
    const order = { channelId, tenantId, settingsJson, secrets: { ...secrets } };
    const told = await context.connector(connector).identify(order);
    const { accountId, accountName } = told;
    if (document.accountId !== undefined && document.accountId !== accountId) throw anotherAccount();
    try {
      const all = sealed(context, connector, { ...secrets, ...told.secrets });
      const own = { settingsJson, ...all, accountId, accountName };
      return await update(document, { ...changes, ...own });
    } catch (error) {
      throw isDuplicateKey(error) ? alreadyConnected() : error;
    }
  };

  const connect: ChannelConnection['connect'] = async (document) => {
    const { connector } = document;
    const order = asked(context, document);
    const hookUrl = context.hookUrl(connector, document._id);
    const told = await context.connector(connector).connect({ ...order, hookUrl, revision: document.revision });
    const { accountName, deepLink, warnings } = told;
    // What the connector made stays when it makes nothing new: a widget's key, the secret of a hook.
    const all = sealed(context, connector, { ...order.secrets, ...told.secrets });
    const state = {
      hookUrl: told.hookUrl,
      state: 'ok',
      stateReason: '',
      stateAt: new Date(context.making.now()),
    } as const;
    return await update(document, { accountName, deepLink, warnings, ...all, ...state });
  };

  return {
    claim,
    connect,
    connectAgain: async (document) => {
      try {
        return await connect(document);
      } catch (thrown) {
        await keepFailure(context, document, thrown).catch(() => {});
        throw thrown;
      }
    },
    disconnect: async (document) => {
      // Without an account it never had a hook: the one that its token opens may be another channel's.
      if (document.accountId === undefined) return;
      try {
        await context.connector(document.connector).disconnect(asked(context, document));
      } catch (error) {
        // The platform does not take the account any more: there is no hook to take away.
        if (asTrunklineError(error).code !== 'auth_revoked') throw error;
      }
    },
  };
}

/** The channel says what is wrong, unless somebody else connected it meanwhile. */
async function keepFailure(
  { channels, making }: DirectoryContext,
  { _id, tenantId, revision }: ChannelDocument,
  thrown: unknown,
): Promise<void> {
  const { code, publicMessage: stateReason } = asTrunklineError(thrown);
  const state = code === 'auth_revoked' ? 'needs_sign_in' : 'degraded';
  await channels.update(_id, tenantId, { state, stateReason, stateAt: new Date(making.now()) }, { revision });
}

/** The channel's secrets, opened. */
export function secretsOf(
  { openSecrets }: DirectoryContext,
  { connector, sealedSecrets }: ChannelDocument,
): SecretValues {
  return openSecrets(connector, sealedSecrets);
}

function sealed({ sealSecrets }: DirectoryContext, connector: string, secrets: SecretValues) {
  return { sealedSecrets: sealSecrets(connector, secrets), secretNames: Object.keys(secrets) };
}

/** What a connector is asked with. */
function asked(context: DirectoryContext, document: ChannelDocument) {
  const { _id: channelId, tenantId, settingsJson } = document;
  return { channelId, tenantId, settingsJson, secrets: { ...secretsOf(context, document) } };
}

function alreadyConnected(): TrunklineError {
  const publicMessage = 'This account is connected already.';
  const remedy = 'Delete the channel that has it, or connect another account.';
  return new TrunklineError('already_exists', publicMessage, { publicMessage, remedy });
}

function anotherAccount(): TrunklineError {
  const publicMessage = 'These settings and secrets open another account than the one of the channel.';
  const remedy = 'Make a new channel for the other account: conversations belong to an account.';
  return new TrunklineError('failed_precondition', publicMessage, { publicMessage, remedy });
}
