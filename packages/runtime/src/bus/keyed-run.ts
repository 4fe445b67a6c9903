import type { KeyedHeads } from './keyed-heads.ts';
import type { AtKillPoint } from './kill-points.ts';
import type { LaneEvents } from './lane-events.ts';
import type { ParkWindow } from './park-window.ts';
import type { Clock, InputItem, KeyedItem, KeyedLogDefinition, Lease, LogPort } from './ports.ts';

/** What a keyed log runs with. */
export interface KeyedLogDependencies {
  readonly log: LogPort;
  /** The log runs until the lease's signal. */
  readonly lease: Lease;
  readonly events?: LaneEvents;
  /** Runs each micro-batch inside something: a span. */
  readonly around?: <T>(items: readonly InputItem[], run: () => Promise<T>) => Promise<T>;
  /** How many keys are written at once; 64 by default. */
  readonly keysAtOnce?: number;
  /** The machine's by default. */
  readonly clock?: Clock;
  /** Only in crash tests. */
  readonly at?: AtKillPoint;
}

/** One lane of a keyed log while it is ours. */
export interface KeyedRun<Item> {
  readonly definition: KeyedLogDefinition<Item>;
  readonly lane: number;
  readonly log: LogPort;
  readonly signal: AbortSignal;
  readonly clock: Clock;
  readonly events: LaneEvents;
  readonly at: AtKillPoint | undefined;
  readonly heads: KeyedHeads;
  /** Which of the last items were parked. */
  window: ParkWindow;
}

/** An item of a key with the input item that it came from, for the case that it must be parked. */
export interface RoutedItem<Item> {
  readonly keyed: KeyedItem<Item>;
  readonly source: InputItem;
}
