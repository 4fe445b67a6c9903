import type { DamagedKeys, GetSigningKeysRequest, GetSigningKeysResponse } from '@trunkline/contracts';
import { TrunklineError } from '@trunkline/runtime';
import { damageOf, type ReadyKey } from '../opened-keys.ts';
import type { SealingContext } from './context.ts';

/** Each of them costs a derivation; what asks for more asks again. */
const mostPortals = 256;

/** Gives delivery the signing keys of portals that are valid, a portal's newest first; and of which portals none is whole. */
export async function getSigningKeys(
  { portalId, portalIds }: GetSigningKeysRequest,
  context: SealingContext,
): Promise<GetSigningKeysResponse> {
  const wanted = portalId === '' ? portalIds : [portalId, ...portalIds];
  if (wanted.length > mostPortals)
    throw new TrunklineError('invalid_argument', `more than ${mostPortals} portals: ask for them in parts`);
  // What is given is used for minutes: a key that another instance made or revoked a moment ago counts.
  const found = await context.ring.fresh(wanted);
  const keys: { readonly id: string; readonly key: ReadyKey }[] = [];
  const damaged: DamagedKeys[] = [];
  for (const [id, opened] of found) {
    const valid = opened.keys.filter((key) => !key.isRevoked);
    keys.push(...valid.map((key) => ({ id, key })));
    // Beside one that is whole a damaged one is not missed: each of the valid ones is enough to believe a signature.
    const damage = valid.length === 0 ? damageOf(opened) : undefined;
    if (damage !== undefined) damaged.push({ portalId: id, reason: damage.message });
  }
  for (const { id, key } of keys)
    context.keyUsed({ use: 'signing_keys_given', portalId: id, tenantId: key.tenantId, kid: key.kid, count: 1 });
  return {
    keys: keys.map(({ id, key: { kid, signingKey, createdAt } }) => {
      return { kid, key: Buffer.from(signingKey), createdAt, portalId: id };
    }),
    damaged,
  };
}
