import type { FinishRequest, FinishResponse } from '@trunkline/contracts';
import { asTrunklineError, notFound } from '@trunkline/runtime';
import type { DirectoryContext } from '../context.ts';
import type { SignInDocument } from '../store/documents.ts';
import { redirectUrlOf, signInMs, stateHashOf, wordsOf } from './sign-ins.ts';

const timeout = { timeoutMS: 5_000 };
const reasonMax = 500;

/**
 * Takes what a browser brought back from the platform, once: whoever comes again with the same word finds nothing. The
 * tenant is the one that began; the browser says nothing about it.
 */
export function finishSignIn(context: DirectoryContext) {
  const { signIns: collection, tenants, connectors, making } = context;
  return async ({ state, query }: FinishRequest): Promise<FinishResponse> => {
    const waiting = {
      stateHash: stateHashOf(state),
      state: 'waiting',
      expiresAt: { $gt: new Date(making.now()) },
    } as const;
    const found = await collection.findOneAndUpdate(waiting, { $set: { state: 'exchanging' } }, timeout);
    if (found === null) throw notFound('This signing in is over, or was used already. Begin again.');
    const outcome = await outcomeOf(context, found, query);
    const expiresAt = new Date(making.now() + signInMs);
    await collection.updateOne({ _id: found._id }, { $set: { ...outcome, expiresAt } }, timeout);
    const [tenant, connector] = await Promise.all([
      tenants.get(found.tenantId, found.tenantId),
      connectors.findOne({ _id: found.connector }, timeout),
    ]);
    return {
      ...{ isGranted: outcome.state === 'choosing', reason: outcome.reason },
      ...{ tenantName: tenant.name, connectorTitle: connector?.title ?? found.connector },
      accounts: outcome.accounts?.length ?? 0,
    };
  };
}

type Outcome = Pick<SignInDocument, 'state' | 'reason'> & Partial<Pick<SignInDocument, 'accounts' | 'sealedAccounts'>>;

async function outcomeOf(
  context: DirectoryContext,
  { _id, connector, settingsJson, sealedSecrets }: SignInDocument,
  query: Readonly<Record<string, string>>,
): Promise<Outcome> {
  if (query.error !== undefined) return refused(query.error_description || query.error_reason || query.error);
  try {
    const { accounts } = await context.connector(connector).listAccounts({
      ...{ signInId: _id, settingsJson, secrets: { ...context.openSecrets(connector, sealedSecrets) } },
      ...{ redirectUrl: redirectUrlOf(context), codeVerifier: wordsOf(context, _id).codeVerifier, query: { ...query } },
    });
    if (accounts.length === 0) return refused('there is no account that could be connected');
    return {
      ...{ state: 'choosing', reason: '' },
      accounts: accounts.map(({ accountId, accountName, warning, settingsJson: own }) => ({
        ...{ accountId, name: accountName, warning, settingsJson: own },
      })),
      sealedAccounts: context.sealSecrets(
        connector,
        Object.fromEntries(accounts.map(({ accountId, secrets }) => [accountId, JSON.stringify(secrets)])),
      ),
    };
  } catch (error) {
    return refused(asTrunklineError(error).publicMessage);
  }
}

function refused(why: string): Outcome {
  const known = why === 'access_denied' || why === 'user_denied' ? 'the person did not agree' : why;
  return { state: 'refused', reason: `The platform did not let us in: ${known}`.slice(0, reasonMax) };
}
