import type { Position } from '@trunkline/contracts';

/** What stages and keyed logs tell whoever logs and counts. All optional; called synchronously; must not throw. */
export interface LaneEvents {
  /** The lane is ours; reading goes on after the position. */
  readonly tookOver?: (event: { readonly lane: number; readonly epoch: number; readonly position: Position }) => void;
  /** A micro-batch is stored and published. */
  readonly committed?: (event: Committed) => void;
  /** A server is down or busy: the same is tried again after the delay. */
  readonly waiting?: (event: { readonly lane: number; readonly error: unknown; readonly delayMs: number }) => void;
  /** One item alone cannot be stored, however often it is tried: the lane stands still. Told once a minute. */
  readonly stuck?: (event: { readonly lane: number; readonly error: unknown; readonly failures: number }) => void;
  /** An item could not be decided or sealed and is kept apart. */
  readonly parked?: (event: { readonly lane: number; readonly position: Position; readonly error: unknown }) => void;
  /** What was decided was not stored, because another owner took over. */
  readonly fenced?: (event: { readonly lane: number }) => void;
  /** The lane is another's now, or the service ends. */
  readonly ended?: (event: { readonly lane: number; readonly reason: string }) => void;
}

/** One micro-batch that is done. */
export interface Committed {
  readonly lane: number;
  /** Input items behind us since the former one. */
  readonly items: number;
  /** Facts that it said, or messages of keys that it wrote. */
  readonly outputs: number;
  readonly position: Position;
  readonly durationMs: number;
}
