import type { SealingServiceDefinition } from '@trunkline/contracts';
import { asTrunklineError, type PortalPorts, type ResealedEvent, type RpcClient } from '@trunkline/runtime';

const answerMs = 10_000;

/** Asks the sealer to seal waiting events under another key. */
export function createReseal(
  sealer: Pick<RpcClient<typeof SealingServiceDefinition>, 'reseal'>,
): PortalPorts['reseal'] {
  return async ({ portalId, tenantId, events, notKids }) => {
    try {
      const order = { portalId, tenantId, events: [...events], notKids: [...notKids] };
      const answer = await sealer.reseal(order, { deadlineMs: answerMs });
      return answer.events.map(({ cloudEvent, kid, withheldReason }): ResealedEvent => {
        if (cloudEvent.length > 0) return { kind: 'sealed', cloudEvent, kid };
        return { kind: 'withheld', reason: withheldReason };
      });
    } catch (error) {
      if (asTrunklineError(error).code === 'failed_precondition') return undefined;
      throw error;
    }
  };
}
