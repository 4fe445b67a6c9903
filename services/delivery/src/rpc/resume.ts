import type { Backlog, ResumeRequest } from '@trunkline/contracts';
import type { CallContext } from '@trunkline/runtime';
import { backlogOf } from './backlog.ts';
import { type DeliveryContext, portalFor } from './context.ts';

/** Sends to a portal again, from where it stood; one that waits for its next attempt is tried at once. */
export async function resume(
  { portalId }: ResumeRequest,
  caller: CallContext,
  context: DeliveryContext,
): Promise<Backlog> {
  const portal = portalFor(context, caller, portalId);
  await context.pauses.resume(portal.id);
  return await backlogOf(portal, context);
}
