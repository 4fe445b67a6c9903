import { type ClientSession, type MongoClient, MongoError } from 'mongodb';
import { backoffMs, pause } from '../deadline.ts';
import { TrunklineError } from '../errors.ts';

/** How long a transaction may take. */
export interface TransactionOptions {
  /** All tries together, in milliseconds; 5,000 by default. */
  readonly limitMs?: number;
  /** Ends the wait between tries. */
  readonly signal?: AbortSignal;
  /** Called before a try that follows a conflict: to count and to log it. */
  readonly onRetry?: (failures: number, error: unknown) => void;
}

/**
 * The transaction of {@link Store.withTransaction}. The driver's own would go on silently for two minutes, which is how long
 * a killed former owner may block: this one has a limit, and says whether anything can have been stored.
 */
export async function runTransaction<T>(
  client: MongoClient,
  run: (session: ClientSession) => Promise<T>,
  options: TransactionOptions,
): Promise<T> {
  const endsAt = performance.now() + (options.limitMs ?? 5_000);
  const signal = options.signal ?? new AbortController().signal;
  const session = client.startSession();
  try {
    for (let failures = 1; ; failures += 1) {
      try {
        return await runOnce(session, run, endsAt);
      } catch (error) {
        if (!hasLabel(error, 'TransientTransactionError')) throw error;
        if (signal.aborted || performance.now() > endsAt) throw conflict(error);
        options.onRetry?.(failures, error);
        await pause(backoffMs(failures, 5, 250, Math.random()), signal);
      }
    }
  } finally {
    await session.endSession();
  }
}

async function runOnce<T>(
  session: ClientSession,
  run: (session: ClientSession) => Promise<T>,
  endsAt: number,
): Promise<T> {
  session.startTransaction({
    readConcern: { level: 'snapshot' },
    writeConcern: { w: 'majority', journal: true },
    maxCommitTimeMS: 5_000,
  });
  try {
    const result = await run(session);
    await commit(session, endsAt);
    return result;
  } catch (error) {
    // Aborting a transaction that is committed or that the server has given up already is refused: nothing is to be done.
    if (session.inTransaction()) await session.abortTransaction().catch(() => {});
    throw error;
  }
}

async function commit(session: ClientSession, endsAt: number): Promise<void> {
  for (;;) {
    try {
      await session.commitTransaction();
      return;
    } catch (cause) {
      if (!hasLabel(cause, 'UnknownTransactionCommitResult')) throw cause;
      if (performance.now() > endsAt) {
        throw new TrunklineError('unavailable', 'outcome of the commit is unknown', { certain: false, cause });
      }
    }
  }
}

function conflict(cause: unknown): TrunklineError {
  return new TrunklineError('unavailable', 'the transaction met conflicts until its limit of time', {
    certain: true,
    cause,
  });
}

function hasLabel(error: unknown, label: string): boolean {
  return error instanceof MongoError && error.hasErrorLabel(label);
}
