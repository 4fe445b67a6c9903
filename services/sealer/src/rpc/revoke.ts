import type { RevokeRequest, RevokeResponse } from '@trunkline/contracts';
import { notFound, TrunklineError } from '@trunkline/runtime';
import { isValid } from '../store/portal-keys.ts';
import type { SealingContext } from './context.ts';

/** Ends the validity of a key for answers and signatures. Repeats change nothing. */
export async function revoke(
  { portalId, kid, evenLast }: RevokeRequest,
  context: SealingContext,
): Promise<RevokeResponse> {
  const all = await context.keys.allOfPortal(portalId);
  const key = all.find(({ _id }) => _id === kid);
  if (key === undefined) throw notFound('The portal has no such key.');
  const kids = all.filter((each) => isValid(each) && each._id !== kid).map(({ _id }) => _id);
  if (key.revokedAt !== undefined) return { kids };
  if (kids.length === 0 && !evenLast) throw isLast();
  const at = new Date(context.now());
  await context.keys.revoke(portalId, kid, at);
  context.ring.forget(portalId);
  // Another request may have revoked the others meanwhile: then neither is done, rather than both.
  if (!evenLast && !(await context.keys.ofPortals([portalId])).some(isValid)) {
    await context.keys.restore(portalId, kid, at, new Date(context.now()));
    context.ring.forget(portalId);
    throw isLast();
  }
  context.keyUsed({ use: 'revoked', portalId, tenantId: key.tenantId, kid, count: 1 });
  return { kids };
}

function isLast(): TrunklineError {
  const publicMessage = 'It is the last valid licence key of the portal: without one its events wait.';
  const remedy = 'Make another key first, or say even_last.';
  return new TrunklineError('failed_precondition', publicMessage, { publicMessage, remedy });
}
