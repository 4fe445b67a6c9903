import type { DeleteKeyRequest, DeleteKeyResponse } from '@trunkline/contracts';
import { notFound, TrunklineError } from '@trunkline/runtime';
import type { SealingContext } from './context.ts';

/** Removes a revoked key's secret for good; what waits under it is sealed anew from history. Repeats change nothing. */
export async function deleteKey(
  { portalId, kid }: DeleteKeyRequest,
  context: SealingContext,
): Promise<DeleteKeyResponse> {
  const all = await context.keys.allOfPortal(portalId);
  const key = all.find(({ _id }) => _id === kid);
  if (key === undefined) throw notFound('The portal has no such key.');
  if (key.deletedAt !== undefined) return {};
  if (key.revokedAt === undefined) throw refused('The licence key is valid.', 'Revoke it first.');
  // Sealing goes on under a revoked key, but not under none, nor under one that cannot be opened.
  const { keys } = await context.ring.freshOf(portalId);
  if (keys.every((each) => each.kid === kid))
    throw refused(
      'It is the only licence key that is kept whole: nothing could be sealed without it.',
      'Make another one first.',
    );
  await context.keys.delete(portalId, kid, new Date(context.now()));
  context.ring.forget(portalId);
  context.keyUsed({ use: 'deleted', portalId, tenantId: key.tenantId, kid, count: 1 });
  return {};
}

function refused(publicMessage: string, remedy: string): TrunklineError {
  return new TrunklineError('failed_precondition', publicMessage, { publicMessage, remedy });
}
