import type { PortalEntry } from '@trunkline/contracts';
import { type CallContext, type Directory, type LogPort, TrunklineError, visible } from '@trunkline/runtime';
import type { DeliveryEvents } from '../events.ts';
import type { PortalHttpOf } from '../portal-http.ts';
import type { SigningKeys } from '../signing-keys.ts';
import type { CheckLocks } from '../store/check-locks.ts';
import type { LaneStore } from '../store/lanes.ts';
import type { Pauses } from '../store/pauses.ts';
import type { ReplayStore } from '../store/replays.ts';
import type { StatusStore } from '../store/statuses.ts';
import type { Undelivered } from '../store/undelivered.ts';

/** What the methods need. */
export interface DeliveryContext {
  readonly bus: LogPort;
  readonly directory: Directory;
  readonly pauses: Pauses;
  readonly undelivered: Undelivered;
  readonly lanes: LaneStore;
  readonly statuses: StatusStore;
  readonly keys: Pick<SigningKeys, 'of'>;
  readonly checks: CheckLocks;
  readonly httpOf: PortalHttpOf;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly replays: ReplayStore;
  readonly events: Pick<DeliveryEvents, 'replayAsked' | 'replayOver'>;
}

/** A portal that the caller may see. Throws `not_found`, and `unavailable` while the directory is not known yet. */
export function portalFor({ directory }: DeliveryContext, caller: CallContext, portalId: string): PortalEntry {
  if (!directory.isLoaded)
    throw new TrunklineError('unavailable', 'the directory is not loaded yet', { certain: true });
  return visible(caller, directory.portal(portalId), 'There is no such portal.');
}
