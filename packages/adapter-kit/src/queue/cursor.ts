import type { ChannelCursor, Position } from '@trunkline/contracts';
import { comparePositions, formatPosition } from '@trunkline/runtime';

/** How far a queue is done: everything up to the low mark, single orders above it, and what may be under way. */
export interface Cursor {
  /** Meets an order of the stream, in its order. True if it is still to be done. */
  meet(position: Position): boolean;
  /** An order is done, or stands elsewhere so that the stream need not keep it. */
  complete(position: Position): void;
  /** A call to the platform may be under way from now on. */
  mark(position: Position): void;
  /** No call is under way any more. */
  unmark(position: Position): void;
  /** True if a call may be under way: for a new owner, its outcome is unknown. */
  isMarked(position: Position): boolean;
  /** Orders that were met and are not done. */
  readonly openCount: number;
  /** Positions above the low mark that were met, done or not. */
  readonly spread: number;
  /** Sequence of the first message with something to do; undefined when everything met is done. */
  readonly firstOpenSequence: number | undefined;
  /** What a record holds. */
  snapshot(): ChannelCursor;
}

const zero: Position = { sequence: 0, index: 0, output: 0 };

/** Makes a cursor from what the last record says; a queue without a record begins at zero. Does no input or output. */
export function createCursor(key: string, stored?: ChannelCursor): Cursor {
  let low = stored?.low ?? zero;
  const done = new Map((stored?.done ?? []).map((position) => [formatPosition(position), position]));
  const stillOpen = (stored?.sending ?? []).filter(
    (position) => comparePositions(position, low) > 0 && !done.has(formatPosition(position)),
  );
  const marked = new Map(stillOpen.map((position) => [formatPosition(position), position]));
  /** Met, above the low mark, in order. */
  const met: Position[] = [];
  let openCount = 0;

  const advance = () => {
    let passed = 0;
    for (const position of met) {
      if (!done.delete(formatPosition(position))) break;
      low = position;
      passed += 1;
    }
    met.splice(0, passed);
  };

  return {
    get openCount() {
      return openCount;
    },
    get spread() {
      return met.length;
    },
    get firstOpenSequence() {
      return met[0]?.sequence;
    },
    meet: (position) => {
      if (comparePositions(position, low) <= 0) return false;
      met.push(position);
      if (done.has(formatPosition(position))) {
        if (met.length === 1) advance();
        return false;
      }
      openCount += 1;
      return true;
    },
    complete: (position) => {
      openCount -= 1;
      done.set(formatPosition(position), position);
      if (met[0] !== undefined && comparePositions(met[0], position) === 0) advance();
    },
    mark: (position) => {
      marked.set(formatPosition(position), position);
    },
    unmark: (position) => {
      marked.delete(formatPosition(position));
    },
    isMarked: (position) => marked.has(formatPosition(position)),
    snapshot: () => ({ channelId: key, low, done: [...done.values()], sending: [...marked.values()] }),
  };
}
