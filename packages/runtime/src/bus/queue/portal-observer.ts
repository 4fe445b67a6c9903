import type { DeliveryAttempt } from '@trunkline/contracts';
import type { PoolName } from './pools.ts';
import type { GivenUp, PauseReason } from './portal-ports.ts';

/** What a portal queue tells about itself, for logs and metrics. Nothing here may throw or wait. */
export interface PortalObserver {
  /** A request is over. */
  attempted(pool: PoolName, attempt: DeliveryAttempt, batch: { readonly events: number; readonly bytes: number }): void;
  /** A consumer acknowledged so many elements of a portal's stream. */
  acknowledged(portalId: string, count: number): void;
  /** A portal's events go to this consumer from now on; to its address if empty. */
  handedOver(portalId: string, consumer: string): void;
  /** Events were given up; they are kept. */
  gaveUp(range: GivenUp): void;
  /** The queue itself paused a portal: a person must look. */
  paused(portalId: string, reason: PauseReason): void;
  /** Something came while a portal was about to go live: it is read back instead. */
  raced(portalId: string): void;
  /** A message that nobody can decode stands at a portal's front: a person must look. */
  damaged(portalId: string, outboxSequence: number): void;
  /** The log or a store did not answer: it will be tried again. */
  troubled(error: unknown): void;
}
