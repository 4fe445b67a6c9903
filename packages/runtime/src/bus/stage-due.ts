import type { Clock, StageDefinition } from './ports.ts';

/** When a stage wants to be asked again. */
export interface DueTimes {
  /** When to call {@link DueTimes.fire}, in the clock's milliseconds; infinite when nothing is held. */
  readonly atMs: () => number;
  /** Takes what a decision said. */
  readonly note: (dueAtMs: number | undefined) => void;
  /** Puts a due item on the stage's input, if the time is past. Rejects when the door is closed: try again. */
  readonly fire: () => Promise<void>;
  /** Reads the stored due time. */
  readonly read: () => Promise<void>;
  /** The same, where a due item was put: perhaps it has passed. */
  readonly readIfFired: () => Promise<void>;
}

/** A due item that did not change anything after so long was lost: it is put again. */
const againAfterMs = 1_000;

/**
 * Keeps the earliest due time of a lane in memory. The stored state is the truth: it is read at take-over, and again after
 * each firing until it says something else.
 */
export function createDueTimes<State>(definition: StageDefinition<State>, lane: number, clock: Clock): DueTimes {
  const { nextDue, onDue } = definition;
  let dueAtMs: number | undefined;
  let firedAtMs: number | undefined;
  const atWallMs = () =>
    Math.max(dueAtMs ?? Number.POSITIVE_INFINITY, (firedAtMs ?? Number.NEGATIVE_INFINITY) + againAfterMs);
  const read = async () => {
    dueAtMs = await nextDue?.(lane);
    if (dueAtMs === undefined || dueAtMs > clock.wallMs()) firedAtMs = undefined;
  };
  return {
    read,
    atMs: () => clock.now() + atWallMs() - clock.wallMs(),
    note: (said) => {
      if (said !== undefined) dueAtMs = Math.min(said, dueAtMs ?? said);
    },
    fire: async () => {
      if (atWallMs() > clock.wallMs()) return;
      firedAtMs = clock.wallMs();
      await onDue?.(lane);
    },
    readIfFired: async () => {
      if (firedAtMs !== undefined) await read();
    },
  };
}
