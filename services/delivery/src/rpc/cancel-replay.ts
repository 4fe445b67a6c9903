import type { CancelReplayRequest, PortalReplay } from '@trunkline/contracts';
import type { CallContext } from '@trunkline/runtime';
import type { DeliveryContext } from './context.ts';
import { replayFor } from './get-replay.ts';
import { replayOf } from './replay.ts';

/** Ends a replay where it stands; one that is over stays as it is. */
export async function cancelReplay(
  request: CancelReplayRequest,
  caller: CallContext,
  context: DeliveryContext,
): Promise<PortalReplay> {
  const { portalId, number } = await replayFor(request, caller, context);
  await context.replays.end(portalId, number, 'cancelled');
  const ended = await replayFor(request, caller, context);
  context.events.replayOver(ended);
  return replayOf(ended);
}
