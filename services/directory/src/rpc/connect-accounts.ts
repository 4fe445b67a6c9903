import type { ConnectAccountsRequest, ConnectedAccount } from '@trunkline/contracts';
import { asTrunklineError, type CallContext, invalidArgument, TrunklineError } from '@trunkline/runtime';
import type { DirectoryContext } from '../context.ts';
import type { ChannelDocument, SignInAccountDocument, SignInDocument } from '../store/documents.ts';
import { type ChannelConnection, secretsOf } from './connect-channel.ts';
import { makeChannel } from './create-channel.ts';
import { signInOf } from './sign-ins.ts';

const accountsMax = 20;
/** Platforms are asked about so many accounts at once. */
const atOnce = 5;
const nameMax = 200;

/** Makes a channel of each chosen account, or signs in again the one that it is already: each for itself. */
export function connectAccounts(context: DirectoryContext, connection: ChannelConnection) {
  return async ({ signInId, accountIds }: ConnectAccountsRequest, { tenantScope }: CallContext) => {
    const signIn = await signInOf(context, signInId, tenantScope);
    if (signIn.state !== 'choosing') throw notAgreed();
    const chosen = chosenOf(signIn, accountIds);
    const secrets = context.openSecrets(signIn.connector, signIn.sealedAccounts);
    const accounts: ConnectedAccount[] = [];
    for (let from = 0; from < chosen.length; from += atOnce) {
      const some = chosen.slice(from, from + atOnce).map(async (account): Promise<ConnectedAccount> => {
        const { accountId } = account;
        const own = JSON.parse(secrets[accountId] ?? '{}') as Readonly<Record<string, string>>;
        try {
          const channel = await connectOne(context, connection, signIn, { account, secrets: own });
          return { accountId, channelId: channel._id, code: '', reason: '' };
        } catch (error) {
          const { code, publicMessage } = asTrunklineError(error);
          return { accountId, channelId: '', code, reason: publicMessage };
        }
      });
      accounts.push(...(await Promise.all(some)));
    }
    return { accounts };
  };
}

function chosenOf({ accounts }: SignInDocument, accountIds: readonly string[]): SignInAccountDocument[] {
  const field = 'account_ids';
  if (accountIds.length === 0) throw invalidArgument({ field, description: 'is required' });
  if (accountIds.length > accountsMax) throw invalidArgument({ field, description: `must be ${accountsMax} at most` });
  return [...new Set(accountIds)].map((id) => {
    const account = accounts.find(({ accountId }) => accountId === id);
    if (account !== undefined) return account;
    throw invalidArgument({ field, description: 'must be accounts of this signing in' });
  });
}

interface Chosen {
  readonly account: SignInAccountDocument;
  readonly secrets: Readonly<Record<string, string>>;
}

async function connectOne(
  context: DirectoryContext,
  connection: ChannelConnection,
  signIn: SignInDocument,
  { account, secrets }: Chosen,
): Promise<ChannelDocument> {
  const { _id, tenantId, connector, lineId } = signIn;
  const { accountId, name } = account;
  const settings = { ...JSON.parse(signIn.settingsJson), ...JSON.parse(account.settingsJson || '{}') };
  const all = { ...context.openSecrets(connector, signIn.sealedSecrets), ...secrets };
  const known = await context.channelOfAccount(connector, accountId, tenantId);
  if (known !== undefined) {
    const kept = { ...secretsOf(context, known), ...all };
    const settingsJson = JSON.stringify({ ...JSON.parse(known.settingsJson), ...settings });
    return await connection.connectAgain(await connection.claim(known, { settingsJson, secrets: kept }));
  }
  const request = {
    idempotencyKey: `${_id} ${accountId}`.slice(0, nameMax),
    name: (name || accountId).slice(0, nameMax),
  };
  const made = { ...request, tenantId, connector, lineId, settingsJson: JSON.stringify(settings), secrets: all };
  return await makeChannel(context, connection, made);
}

function notAgreed(): TrunklineError {
  const publicMessage = 'The person has not agreed at the platform yet.';
  const remedy = 'Open authorize_url, agree there, then choose.';
  return new TrunklineError('failed_precondition', publicMessage, { publicMessage, remedy });
}
