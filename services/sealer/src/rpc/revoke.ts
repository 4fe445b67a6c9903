import type { RevokeRequest, RevokeResponse } from '@trunkline/contracts';
import { notFound } from '@trunkline/runtime';
import type { SealingContext } from './context.ts';

/** Ends the validity of a key for answers and signatures. */
export async function revoke({ portalId, kid }: RevokeRequest, context: SealingContext): Promise<RevokeResponse> {
  const isFound = await context.keys.revoke(portalId, kid, new Date(context.now()));
  if (!isFound) throw notFound('The portal has no such key.');
  context.ring.forget(portalId);
  context.keyUsed({ use: 'revoked', portalId, kid });
  const left = await context.keys.ofPortal(portalId);
  return { kids: left.filter((key) => key.revokedAt === undefined).map((key) => key._id) };
}
