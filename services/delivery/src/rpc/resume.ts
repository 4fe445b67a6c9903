import type { Backlog, ResumeRequest } from '@trunkline/contracts';
import type { CallContext } from '@trunkline/runtime';
import { backlogOf } from './backlog.ts';
import { type DeliveryContext, portalFor } from './context.ts';

/** Sends to a portal again, from where it stood. */
export async function resume(
  { portalId }: ResumeRequest,
  caller: CallContext,
  context: DeliveryContext,
): Promise<Backlog> {
  const portal = portalFor(context, caller, portalId);
  await context.pauses.remove(portal.id);
  return await backlogOf(portal, context);
}
