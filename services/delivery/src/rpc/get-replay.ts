import type { GetReplayRequest, PortalReplay } from '@trunkline/contracts';
import { type CallContext, notFound } from '@trunkline/runtime';
import type { ReplayDocument } from '../store/replays.ts';
import { type DeliveryContext, portalFor } from './context.ts';
import { replayOf } from './replay.ts';

/** Tells how far a replay is. */
export async function getReplay(
  request: GetReplayRequest,
  caller: CallContext,
  context: DeliveryContext,
): Promise<PortalReplay> {
  return replayOf(await replayFor(request, caller, context));
}

/** A replay of a portal that the caller may see. Throws `not_found`. */
export async function replayFor(
  { portalId, number }: GetReplayRequest,
  caller: CallContext,
  context: DeliveryContext,
): Promise<ReplayDocument> {
  const found = await context.replays.find(portalFor(context, caller, portalId).id, number);
  if (found === undefined) throw notFound('The portal has no such replay.');
  return found;
}
