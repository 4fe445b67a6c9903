import type { Front } from './portal-front.ts';
import { type Lane, pausePortal } from './portal-lane.ts';
import type { Portal } from './portal-state.ts';

/** A message that cannot be read is looked at for so long before a person is called: its object may be there again in a moment. */
const patienceMs = 8_000;
const leastDelayMs = 250;

/** What stands at the front cannot be read: it is looked at again, later and later, and then its portal is paused. Holds no slot meanwhile. */
export function meetGap(lane: Lane, portal: Portal, { text, mayHeal }: Extract<Front, { readonly kind: 'gap' }>): void {
  const nowMs = lane.clock.now();
  const sinceMs = portal.unreadableSinceMs ?? nowMs;
  // One that is paused was told of: a person lets it look again.
  if (mayHeal && portal.mode !== 'paused' && nowMs - sinceMs < patienceMs) {
    portal.unreadableSinceMs = sinceMs;
    portal.nextAttemptAtMs = Math.min(nowMs + Math.max(leastDelayMs, nowMs - sinceMs), sinceMs + patienceMs);
    return;
  }
  portal.unreadableSinceMs = undefined;
  if (portal.mode !== 'paused') pausePortal(lane, portal, 'gap', text);
}
