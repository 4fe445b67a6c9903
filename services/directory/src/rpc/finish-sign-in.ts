import type {
  DescribeSignInRequest,
  DescribeSignInResponse,
  FinishRequest,
  FinishResponse,
} from '@trunkline/contracts';
import { asTrunklineError, notFound } from '@trunkline/runtime';
import type { DirectoryContext } from '../context.ts';
import type { SignInDocument } from '../store/documents.ts';
import { redirectUrlOf, signInMs, stateHashOf, wordsOf } from './sign-ins.ts';

const timeout = { timeoutMS: 5_000 };
const reasonMax = 500;

/** Says whose signing in a browser brings an answer for, before anything of it is taken. */
export function describeSignIn(context: DirectoryContext) {
  return async ({ state }: DescribeSignInRequest): Promise<DescribeSignInResponse> => {
    const found = await context.signIns.findOne(waitingFor(context, state), timeout);
    if (found === null) throw notFound(overOrUsed);
    return await namesOf(context, found);
  };
}

/**
 * Takes what a browser brought back from the platform, once: whoever comes again with the same word finds nothing. The
 * tenant is the one that began; the browser says nothing about it.
 */
export function finishSignIn(context: DirectoryContext) {
  const { signIns: collection, making } = context;
  return async ({ state, query }: FinishRequest): Promise<FinishResponse> => {
    const exchanging = { $set: { state: 'exchanging' } } as const;
    const found = await collection.findOneAndUpdate(waitingFor(context, state), exchanging, timeout);
    if (found === null) throw notFound(overOrUsed);
    const outcome = await outcomeOf(context, found, query);
    const expiresAt = new Date(making.now() + signInMs);
    await collection.updateOne({ _id: found._id }, { $set: { ...outcome, expiresAt } }, timeout);
    const told = { isGranted: outcome.state === 'choosing', reason: outcome.reason };
    return { ...told, ...(await namesOf(context, found)), accounts: outcome.accounts?.length ?? 0 };
  };
}

const overOrUsed = 'This signing in is over, or was used already. Begin again.';

function waitingFor({ making }: DirectoryContext, state: string) {
  return { stateHash: stateHashOf(state), state: 'waiting', expiresAt: { $gt: new Date(making.now()) } } as const;
}

async function namesOf({ tenants, connectors }: DirectoryContext, { tenantId, connector: name }: SignInDocument) {
  const [tenant, connector] = await Promise.all([
    tenants.get(tenantId, tenantId),
    connectors.findOne({ _id: name }, timeout),
  ]);
  return { tenantName: tenant.name, connectorTitle: connector?.title ?? name };
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
