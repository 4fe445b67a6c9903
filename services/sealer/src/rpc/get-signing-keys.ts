import type { GetSigningKeysRequest, GetSigningKeysResponse } from '@trunkline/contracts';
import { TrunklineError } from '@trunkline/runtime';
import type { SealingContext } from './context.ts';

/** Each of them costs a derivation; what asks for more asks again. */
const mostPortals = 256;

/** Gives delivery the signing keys of portals that are valid, a portal's newest first; and of which portals they are damaged. */
export async function getSigningKeys(
  { portalId, portalIds }: GetSigningKeysRequest,
  context: SealingContext,
): Promise<GetSigningKeysResponse> {
  const wanted = portalId === '' ? portalIds : [portalId, ...portalIds];
  if (wanted.length > mostPortals)
    throw new TrunklineError('invalid_argument', `more than ${mostPortals} portals: ask for them in parts`);
  // What is given is used for minutes: a key that another instance made or revoked a moment ago counts.
  const found = await context.ring.fresh(wanted);
  const keys = [...found].flatMap(([id, its]) =>
    'keys' in its ? its.keys.filter((key) => !key.isRevoked).map((key) => ({ id, key })) : [],
  );
  for (const { id, key } of keys)
    context.keyUsed({ use: 'signing_keys_given', portalId: id, tenantId: key.tenantId, kid: key.kid, count: 1 });
  return {
    keys: keys.map(({ id, key: { kid, signingKey, createdAt } }) => {
      return { kid, key: Buffer.from(signingKey), createdAt, portalId: id };
    }),
    damaged: [...found].flatMap(([portalId, its]) => ('damage' in its ? [{ portalId, reason: its.damage }] : [])),
  };
}
