import type { GetSigningKeysRequest, GetSigningKeysResponse } from '@trunkline/contracts';
import type { SealingContext } from './context.ts';

/** Gives delivery the signing keys of a portal that are valid, newest first. */
export async function getSigningKeys(
  { portalId }: GetSigningKeysRequest,
  context: SealingContext,
): Promise<GetSigningKeysResponse> {
  // What is given is used for minutes: a key that another instance made or revoked a moment ago counts.
  const valid = (await context.ring.fresh(portalId)).filter((key) => !key.isRevoked);
  for (const { kid, tenantId } of valid)
    context.keyUsed({ use: 'signing_keys_given', portalId, tenantId, kid, count: 1 });
  const keys = valid.map(({ kid, signingKey, createdAt }) => ({ kid, key: Buffer.from(signingKey), createdAt }));
  return { keys };
}
