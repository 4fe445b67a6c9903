import { TrunklineError } from '@trunkline/runtime';

/** What it wanted is not held any more, or is missing. */
export function notHeld(after: number, oldestSequence: number): TrunklineError {
  const oldest = oldestSequence > 0 ? ` The oldest that is: ${oldestSequence}.` : '';
  return new TrunklineError('failed_precondition', `events after ${after} are not held any more`, {
    publicMessage: `The event after ${after} is not held any more.${oldest}`,
    remedy: 'Subscribe with from_sequence of an event that is held.',
  });
}

/** The consumer stands elsewhere now than its stream, or its acknowledgement, believes. */
export function placeChanged(publicMessage: string): TrunklineError {
  return new TrunklineError('aborted', publicMessage, {
    publicMessage,
    remedy: 'Subscribe again, and acknowledge what that stream brings.',
  });
}

/** Something else must happen first, which takes moments. */
export function notYet(publicMessage: string): TrunklineError {
  return new TrunklineError('unavailable', publicMessage, {
    publicMessage,
    remedy: 'Subscribe again in a second.',
    certain: true,
  });
}
