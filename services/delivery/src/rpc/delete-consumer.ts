import type { DeleteConsumerRequest, DeleteConsumerResponse } from '@trunkline/contracts';
import { type CallContext, requireConsumerName, TrunklineError } from '@trunkline/runtime';
import type { PullContext } from '../pull/context.ts';
import { consumerId } from '../store/consumers.ts';
import { portalFor } from './context.ts';

/** Deletes a consumer that nothing depends on; one that is not there is deleted already. */
export async function deleteConsumer(
  { portalId, consumer }: DeleteConsumerRequest,
  caller: CallContext,
  context: PullContext,
): Promise<DeleteConsumerResponse> {
  const portal = portalFor(context, caller, portalId);
  const id = consumerId(portal.id, requireConsumerName('consumer', consumer));
  if (await context.consumers.store.remove(id)) {
    context.consumers.forgot(id);
    return {};
  }
  throw new TrunklineError('failed_precondition', 'the primary consumer cannot be deleted', {
    publicMessage: 'The primary consumer cannot be deleted.',
    remedy: "Name another one in the portal's settings, or give the portal an address and name none; then delete it.",
  });
}
