import { backoffMs } from '../deadline.ts';
import type { StageRun } from './stage-run.ts';

/** Commits that have no answer, and that turn out not to have happened, one after the other. */
export interface Doubts {
  /** A commit of so many items had no answer; `isMoved`: the record shows that it happened. Gives the pause before the next try. */
  failed(error: unknown, items: number, isMoved: boolean): number;
  /** A commit succeeded. */
  over(): void;
  /** True when it failed so often that whatever is next is to be decided alone: one item of them may be what does not go in. */
  readonly mustBeAlone: boolean;
}

/** The record is read again no more often than this. */
const readAgainMs = 100;
const longestPauseMs = 5_000;
/** A server that goes away costs one or two; this many are no accident. */
const mostTogether = 5;
/** A lane that stands still is told so often. */
const tellEachMs = 60_000;

/** Watches the commits of a lane. Does no input or output. */
export function createDoubts<State>({
  lane,
  clock,
  events,
}: Pick<StageRun<State>, 'lane' | 'clock' | 'events'>): Doubts {
  let failures = 0;
  let toldAtMs = Number.NEGATIVE_INFINITY;
  return {
    failed: (error, items, isMoved) => {
      failures = isMoved ? 0 : failures + 1;
      if (isMoved) return readAgainMs;
      const delayMs = backoffMs(failures, readAgainMs, longestPauseMs, 1);
      if (error !== undefined) events.waiting?.({ lane, error, delayMs });
      const isStuck = items <= 1 && failures > mostTogether;
      if (isStuck && clock.now() - toldAtMs >= tellEachMs) {
        toldAtMs = clock.now();
        events.stuck?.({ lane, error, failures });
      }
      return delayMs;
    },
    over: () => {
      failures = 0;
    },
    get mustBeAlone() {
      return failures >= mostTogether;
    },
  };
}
