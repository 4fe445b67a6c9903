import { createHash } from 'node:crypto';
import { type PortalReplay, ReplayRequest, ReplayState } from '@trunkline/contracts';
import { type CallContext, requireIdempotencyKey, TrunklineError } from '@trunkline/runtime';
import type { ReplayDocument } from '../store/replays.ts';
import { type DeliveryContext, portalFor } from './context.ts';
import { selected } from './selection.ts';

/** Has events sent again: stores what is wanted; the owner of the portal's lane sends it. */
export async function replay(
  request: ReplayRequest,
  caller: CallContext,
  context: DeliveryContext,
): Promise<PortalReplay> {
  const { id: portalId, tenantId } = portalFor(context, caller, request.portalId);
  const requestKey = requireIdempotencyKey(request.idempotencyKey);
  const selection = selected(request);
  const requestHash = hashOf(request);
  const { replays, undelivered, events } = context;
  // What is kept changes: a repeat must not be answered by what it would select now.
  const made = await replays.madeBy(portalId, requestKey);
  if (made !== undefined) return replayOf(sameRequest(made, requestHash));
  const counts = await undelivered.count(portalId, selection);
  const total = counts.reduce((sum, { count }) => sum + count, 0);
  const untilSequence = Math.max(0, ...counts.map(({ last }) => last));
  const asked = { portalId, tenantId, requestKey, requestHash, selection, total, untilSequence };
  const added = sameRequest(await replays.add(asked), requestHash);
  events.replayAsked(added);
  return replayOf(added);
}

function hashOf(request: ReplayRequest): string {
  const asked = ReplayRequest.encode({ ...request, idempotencyKey: '' }).finish();
  return createHash('sha256').update(asked).digest('hex');
}

function sameRequest(made: ReplayDocument, requestHash: string): ReplayDocument {
  if (made.requestHash === requestHash) return made;
  throw new TrunklineError('already_exists', 'the idempotency key was used for another replay', {
    publicMessage: `This idempotency key has made the replay ${made.number}, of other events.`,
    remedy: 'Use a new idempotency key for another request.',
  });
}

const states = {
  waiting: ReplayState.REPLAY_STATE_WAITING,
  running: ReplayState.REPLAY_STATE_RUNNING,
  done: ReplayState.REPLAY_STATE_DONE,
  cancelled: ReplayState.REPLAY_STATE_CANCELLED,
} as const;

/** A replay as the API tells it. Pure. */
export function replayOf(document: ReplayDocument): PortalReplay {
  const { portalId, number, state, total, sent, refused, afterSequence } = document;
  const { lastError, lastErrorText, askedAt, changedAt } = document;
  return {
    ...{ portalId, number, state: states[state], total, sent, refused, doneSequence: afterSequence },
    ...{ lastError, lastErrorText, askedAt, changedAt },
  };
}
