import { giveUp } from './portal-front.ts';
import { type Lane, pausePortal } from './portal-lane.ts';
import type { PlacedEvent, Portal } from './portal-state.ts';
import { heard, wholeOf } from './portal-strand.ts';

/** Three parked with no event taken between: it is the portal that is wrong, not its events. */
const parkedInRowLimit = 3;

/** Parks the front: a portal that refuses a notice loses only that. */
export async function park(lane: Lane, portal: Portal, events: readonly PlacedEvent[]): Promise<void> {
  const [notice] = portal.notices;
  if (notice !== undefined) {
    heard(portal, notice.toSequence);
    portal.notices = portal.notices.slice(1);
  } else await giveUp(lane, portal, events.slice(0, 1), { kind: 'parked', reason: 'refused by the portal' });
  portal.refusal = undefined;
  portal.nextAttemptAtMs = lane.clock.now();
  const whole = wholeOf(portal);
  whole.parkedInRow += 1;
  lane.changed.add(portal);
  if (whole.parkedInRow < parkedInRowLimit) return;
  pausePortal(lane, portal, 'portal_rejected', 'it refused three events and took none between');
}
