import type { RequestGate, Scheduler } from '@trunkline/runtime';
import type { Insist } from './insist.ts';

/** How a lane cares for its queues. */
export interface LaneCare {
  readonly scheduler: Scheduler;
  /** Bounds what the process has open to all platforms. */
  readonly gate: RequestGate;
  /** The cursor of a queue changed. */
  readonly change: (queue: string) => void;
  /** Repeats a call to a server until it succeeds; rejects with LostOwnership when the lane is over. */
  readonly insist: Insist;
  /** Watches what runs by itself: when it rejects, the lane is over. */
  readonly watch: (running: Promise<void>) => void;
  /** An order that cannot be read is counted and left out. */
  readonly onPoison: (place: string, error: unknown) => void;
}
