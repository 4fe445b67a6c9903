import { createHash } from 'node:crypto';
import { type BeginSignInRequest, type GetSignInRequest, ids, type SignIn, SignInState } from '@trunkline/contracts';
import {
  type CallContext,
  notFound,
  requireIdempotencyKey,
  requireText,
  TrunklineError,
  tenantFor,
} from '@trunkline/runtime';
import type { DirectoryContext } from '../context.ts';
import { canonical } from '../domain/create.ts';
import type { SignInDocument } from '../store/documents.ts';
import { checkedSecrets, checkedSettings } from './channel-view.ts';
import { connectorNamed } from './connectors.ts';

/** A person has so long to agree, and so long again to choose. */
export const signInMs = 15 * 60 * 1_000;
const timeout = { timeoutMS: 5_000 };

const states: Readonly<Record<SignInDocument['state'], SignInState>> = {
  waiting: SignInState.SIGN_IN_STATE_WAITING,
  // Somebody is at the platform with what the browser brought: it shows soon.
  exchanging: SignInState.SIGN_IN_STATE_WAITING,
  choosing: SignInState.SIGN_IN_STATE_CHOOSING,
  refused: SignInState.SIGN_IN_STATE_REFUSED,
};

/** The methods that begin a signing in and tell how far it is. */
export function signIns(context: DirectoryContext) {
  return {
    beginSignIn: async (request: BeginSignInRequest, caller: CallContext): Promise<SignIn> => {
      const tenantId = tenantFor(caller, request.tenantId);
      const idempotencyKey = requireIdempotencyKey(request.idempotencyKey);
      const line = await context.lines.get(requireText('line_id', request.lineId), tenantId);
      const { _id: connector, secretNames } = await connectorNamed(context, request.connector);
      const secrets = checkedSecrets(request.secrets, secretNames);
      const settingsJson = checkedSettings(request.settingsJson);
      const id = ids.created('sign-in', tenantId, idempotencyKey);
      const { state, codeVerifier } = wordsOf(context, id);
      const { url: authorizeUrl } = await context.connector(connector).authorizeUrl({
        ...{ signInId: id, settingsJson, secrets, redirectUrl: redirectUrlOf(context), state },
        codeChallenge: createHash('sha256').update(codeVerifier).digest('base64url'),
      });
      return signInView(
        await keep(context, {
          ...{ _id: id, tenantId, connector, lineId: line._id, settingsJson, authorizeUrl, state: 'waiting' },
          ...{ sealedSecrets: context.sealSecrets(connector, secrets), stateHash: stateHashOf(state), reason: '' },
          ...{ accounts: [], sealedAccounts: '', expiresAt: new Date(context.making.now() + signInMs) },
          requestHash: context.making.hash(canonical({ ...request, tenantId })),
        }),
      );
    },
    getSignIn: async ({ signInId }: GetSignInRequest, { tenantScope }: CallContext) =>
      signInView(await signInOf(context, signInId, tenantScope)),
  };
}

/** A signing in of the caller's tenant that is not over. Throws `not_found`. */
export async function signInOf(
  { signIns: collection, making }: DirectoryContext,
  signInId: string,
  tenantScope: string,
): Promise<SignInDocument> {
  const found = await collection.findOne({ _id: signInId, expiresAt: { $gt: new Date(making.now()) } }, timeout);
  const isVisible = found !== null && (tenantScope === '*' || found.tenantId === tenantScope);
  if (isVisible) return found;
  throw notFound('There is no such signing in, or it is over: begin again.');
}

/** The words of a signing in follow from its id and a key that nobody else has: a repeat gives the same, and none is kept. */
export function wordsOf({ making }: Pick<DirectoryContext, 'making'>, signInId: string) {
  const word = (what: string) =>
    Buffer.from(making.hash(`${what} of sign-in ${signInId}`), 'hex').toString('base64url');
  return { state: word('state'), codeVerifier: word('verifier') };
}

/** What finds a signing in by the word that the browser brings. Pure. */
export function stateHashOf(state: string): string {
  return createHash('sha256').update(state).digest('hex');
}

/** Where every platform sends the browser back to. */
export function redirectUrlOf({ redirectUrl }: Pick<DirectoryContext, 'redirectUrl'>): string {
  if (redirectUrl !== undefined) return redirectUrl;
  const publicMessage = 'This installation has no public address, so nobody comes back from a platform.';
  const remedy = 'Set PUBLIC_URL of the directory and the gateway, or enter the token by hand.';
  throw new TrunklineError('failed_precondition', publicMessage, { publicMessage, remedy });
}

async function keep({ signIns: collection }: DirectoryContext, document: SignInDocument): Promise<SignInDocument> {
  const { _id, requestHash, ...rest } = document;
  const options = { upsert: true, returnDocument: 'after', ...timeout } as const;
  const kept = await collection.findOneAndUpdate({ _id }, { $setOnInsert: { requestHash, ...rest } }, options);
  if (kept?.requestHash === requestHash) return kept;
  const publicMessage = 'The idempotency key began another signing in before.';
  throw new TrunklineError('already_exists', publicMessage, { publicMessage, remedy: 'Use a new key.' });
}

function signInView(document: SignInDocument): SignIn {
  const { _id: id, tenantId, connector, lineId, state, reason, authorizeUrl, accounts, expiresAt } = document;
  const shown = accounts.map(({ accountId, name, warning }) => ({ accountId, name, warning }));
  return { id, tenantId, connector, lineId, state: states[state], reason, authorizeUrl, accounts: shown, expiresAt };
}
