import type { GetSigningKeysRequest, GetSigningKeysResponse } from '@trunkline/contracts';
import type { SealingContext } from './context.ts';

/** Gives delivery the signing keys of a portal that are valid, newest first. */
export async function getSigningKeys(
  { portalId }: GetSigningKeysRequest,
  context: SealingContext,
): Promise<GetSigningKeysResponse> {
  const valid = (await context.ring.of(portalId)).filter((key) => !key.isRevoked);
  for (const { kid } of valid) context.keyUsed({ use: 'signing_keys_given', portalId, kid });
  const keys = valid.map(({ kid, signingKey, createdAt }) => ({ kid, key: Buffer.from(signingKey), createdAt }));
  return { keys };
}
