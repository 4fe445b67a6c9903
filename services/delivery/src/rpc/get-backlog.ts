import type { Backlog, GetBacklogRequest } from '@trunkline/contracts';
import type { CallContext } from '@trunkline/runtime';
import { backlogOf } from './backlog.ts';
import { type DeliveryContext, portalFor } from './context.ts';

/** Tells what waits for a portal and why. */
export async function getBacklog(
  { portalId }: GetBacklogRequest,
  caller: CallContext,
  context: DeliveryContext,
): Promise<Backlog> {
  return await backlogOf(portalFor(context, caller, portalId), context);
}
