import type { Position } from '@trunkline/contracts';
import type { AtKillPoint } from './kill-points.ts';
import type { LaneEvents } from './lane-events.ts';
import type { Clock, InputItem, Lease, LogPort, StageDefinition } from './ports.ts';
import type { StageClaim, StageRecord, StageStore } from './stage-store.ts';

/** What a stage runs with. */
export interface StageDependencies {
  readonly log: LogPort;
  readonly store: StageStore;
  /** The stage runs until the lease's signal. */
  readonly lease: Lease;
  readonly events?: LaneEvents;
  /** Runs each micro-batch inside something: a span. */
  readonly around?: <T>(items: readonly InputItem[], run: () => Promise<T>) => Promise<T>;
  /** The machine's by default. */
  readonly clock?: Clock;
  /** Only in crash tests. */
  readonly at?: AtKillPoint;
}

/** One lane of a stage while it is ours. */
export interface StageRun<State> {
  readonly definition: StageDefinition<State>;
  readonly lane: number;
  /** Id of the record: `<stage>.<lane>`. */
  readonly id: string;
  /** Subject of the envelopes. */
  readonly subject: string;
  readonly log: LogPort;
  readonly claim: StageClaim;
  readonly signal: AbortSignal;
  readonly clock: Clock;
  readonly events: LaneEvents;
  readonly at: AtKillPoint | undefined;
  /** The record as it is stored. */
  stored: StageRecord;
  /** Last sequence of the subject. */
  revision: number;
  /** Behind us, stored or not: items that said and changed nothing are stored now and then. */
  position: Position;
  /** How many items were decided, stored or not. */
  decided: number;
}

/** Waiting for servers, as this lane does it. */
export function waitingOf({
  lane,
  clock,
  signal,
  events,
}: Pick<StageRun<unknown>, 'lane' | 'clock' | 'signal' | 'events'>) {
  return { clock, signal, waiting: (error: unknown, delayMs: number) => events.waiting?.({ lane, error, delayMs }) };
}
