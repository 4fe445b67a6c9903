import type { SealingServiceDefinition } from '@trunkline/contracts';
import {
  asTrunklineError,
  type PortalPorts,
  type ResealedEvent,
  type RpcClient,
  type TrunklineError,
} from '@trunkline/runtime';

const answerMs = 10_000;

/** Asks the sealer to seal waiting events under another key. What it refuses for want of one is heard by `onRefused` too. */
export function createReseal(
  sealer: Pick<RpcClient<typeof SealingServiceDefinition>, 'reseal'>,
  onRefused: (portalId: string, error: TrunklineError) => void,
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
      const refused = asTrunklineError(error);
      if (refused.code !== 'failed_precondition') throw error;
      onRefused(portalId, refused);
      return { refused: [refused.message, refused.remedy].filter(Boolean).join(' ') };
    }
  };
}
