import { PortalMode, PortalState, type UnwellPortal } from '@trunkline/contracts';

/** What is judged of a portal. */
export interface Judged {
  readonly mode: PortalMode;
  readonly failures: number;
  /** Age of the oldest event that waits; 0 where none does. */
  readonly ageMs: number;
  /** How long its settings let an event wait for a fuller batch. */
  readonly lingerMs: number;
}

/** Longer than this is more than a switch between live and drain. */
const behindMs = 10_000;
/** What is said in public, and of whoever fetches at its own pace, is said later. */
const lateMs = 60_000;

/** True for a portal that is paused, failing or behind: what an operator looks at. Pure. */
export function isUnwell({ mode, failures, ageMs, lingerMs }: Judged): boolean {
  if (mode === PortalMode.PORTAL_MODE_PAUSED) return true;
  if (mode === PortalMode.PORTAL_MODE_PULL) return ageMs > lateMs;
  return ageMs - lingerMs > behindMs || (mode === PortalMode.PORTAL_MODE_DRAIN && failures > 0);
}

/** How a portal is doing, in the one word that may be public. Pure. */
export function stateOf({ mode, failures, ageMs, lingerMs }: Judged): PortalState {
  if (mode === PortalMode.PORTAL_MODE_PAUSED) return PortalState.PORTAL_STATE_STOPPED;
  const isFailing = mode === PortalMode.PORTAL_MODE_DRAIN && failures > 0;
  return ageMs - lingerMs > lateMs || isFailing ? PortalState.PORTAL_STATE_BEHIND : PortalState.PORTAL_STATE_WELL;
}

/** The worst first: possible losses, then whose events expire soonest, then who has most of them. Pure. */
export function worstFirst(left: UnwellPortal, right: UnwellPortal): number {
  const isGap = ({ pauseReason }: UnwellPortal) => Number(pauseReason.startsWith('gap: '));
  return (
    isGap(right) - isGap(left) ||
    right.expiring - left.expiring ||
    right.waiting - left.waiting ||
    (left.portalId < right.portalId ? -1 : 1)
  );
}
