import type { Backlog, PauseRequest } from '@trunkline/contracts';
import { type CallContext, requireText } from '@trunkline/runtime';
import { backlogOf } from './backlog.ts';
import { type DeliveryContext, portalFor } from './context.ts';

/** Stops sending to a portal; of a paused one only the reason changes. */
export async function pause(
  { portalId, reason }: PauseRequest,
  caller: CallContext,
  context: DeliveryContext,
): Promise<Backlog> {
  const portal = portalFor(context, caller, portalId);
  await context.pauses.put(portal.id, requireText('reason', reason));
  return await backlogOf(portal, context);
}
