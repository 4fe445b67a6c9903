import { TrunklineError } from '@trunkline/runtime';

/** Lets what belongs together pass one by one, in the order of asking. */
export interface Turns {
  /** Runs when it is its turn. Rejects with 'unavailable' and certain when too many wait, or for too long. */
  take<T>(key: string, run: () => Promise<T>): Promise<T>;
}

/** Makes the turns. `mostWaiting` of one key may wait, each for `longestMs` at most. */
export function createTurns(mostWaiting: number, longestMs: number): Turns {
  const lines = new Map<string, { tail: Promise<void>; length: number }>();
  return {
    take: async (key, run) => {
      const line = lines.get(key) ?? { tail: Promise.resolve(), length: 0 };
      if (line.length >= mostWaiting) throw busy();
      lines.set(key, line);
      line.length += 1;
      const before = line.tail;
      const mine = Promise.withResolvers<void>();
      line.tail = mine.promise;
      const askedAt = performance.now();
      try {
        await before;
        if (performance.now() - askedAt > longestMs) throw busy();
        return await run();
      } finally {
        line.length -= 1;
        if (line.length === 0) lines.delete(key);
        mine.resolve();
      }
    },
  };
}

function busy(): TrunklineError {
  return new TrunklineError('unavailable', 'too many calls wait', { certain: true });
}
