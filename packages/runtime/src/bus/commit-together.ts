import { TrunklineError } from '../errors.ts';
import type { CommitOutcome, StageChange } from './stage-store.ts';

/** So much goes into one transaction; a change that is larger goes alone. */
const most = { writes: 2_000, bytes: 4 * 1024 * 1024 };

interface Waiting<Change> {
  readonly change: Change;
  readonly resolve: (outcome: CommitOutcome) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Group commit of lanes: one transaction at a time, and what other lanes want to store meanwhile goes together into the next.
 * `store` stores all changes that it is given or none. Where it stores none, one of them may be the reason, and each is tried
 * alone: a lane hears only of itself. While the server is away nothing is tried alone for long.
 */
export function commitTogether<Change extends StageChange>(
  store: (changes: readonly Change[]) => Promise<CommitOutcome>,
): (change: Change) => Promise<CommitOutcome> {
  const waiting: Waiting<Change>[] = [];
  let isAtWork = false;
  const work = async () => {
    isAtWork = true;
    while (waiting.length > 0) await settle(waiting.splice(0, fitting(waiting)), store);
    isAtWork = false;
  };
  return (change) =>
    new Promise((resolve, reject) => {
      waiting.push({ change, resolve, reject });
      // It never rejects: each waits for its own end.
      if (!isAtWork) void work();
    });
}

/** How many of the first go together; at least one. */
function fitting(waiting: readonly Waiting<StageChange>[]): number {
  let writes = 0;
  let bytes = 0;
  const end = waiting.findIndex(({ change }) => {
    writes += change.writes.length;
    bytes += change.record.out?.length ?? 0;
    return writes > most.writes || bytes > most.bytes;
  });
  return end < 0 ? waiting.length : Math.max(end, 1);
}

/** Never rejects. */
async function settle<Change extends StageChange>(
  together: readonly Waiting<Change>[],
  store: (changes: readonly Change[]) => Promise<CommitOutcome>,
): Promise<void> {
  if (together.length > 1) {
    const outcome = await store(together.map(({ change }) => change)).catch(() => 'aborted' as const);
    if (outcome !== 'aborted') {
      for (const { resolve } of together) resolve(outcome);
      return;
    }
  }
  let away: unknown;
  for (const { change, resolve, reject } of together) {
    if (away !== undefined) reject(away);
    else {
      await store([change]).then(resolve, (error: unknown) => {
        if (error instanceof TrunklineError && error.code === 'unavailable') away = error;
        reject(error);
      });
    }
  }
}
