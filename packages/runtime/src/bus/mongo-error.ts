import { MongoError, MongoNetworkError, MongoServerError, MongoSystemError } from 'mongodb';
import { TrunklineError } from '../errors.ts';

/** The driver's own words for "do the whole transaction again". */
const passing = ['TransientTransactionError', 'RetryableWriteError', 'UnknownTransactionCommitResult'] as const;

/** Errors of the driver itself that end when the server is back. */
const passingNames = /^Mongo(NotConnected|TopologyClosed|ExpiredSession|Transaction|OperationTimeout|PoolC|WaitQueue)/;

/**
 * The server's numbers for "not now": host or network away, lock or time exceeded, the primary moved, a former owner's
 * session ended by the new one, an insert that another one made first, no space left.
 */
const passingCodes: ReadonlySet<unknown> = new Set([
  6, 7, 24, 46, 50, 64, 89, 91, 100, 112, 189, 202, 225, 237, 251, 262, 9001, 10107, 11600, 11601, 11602, 13435, 13436,
  14031,
]);

/** What MongoDB's driver threw, as `unavailable` where the same may succeed later; anything else as it is. */
export function storeError(error: unknown): unknown {
  if (!(error instanceof MongoError)) return error;
  const isPassing =
    error instanceof MongoNetworkError ||
    error instanceof MongoSystemError ||
    passing.some((label) => error.hasErrorLabel(label)) ||
    passingNames.test(error.name) ||
    (error instanceof MongoServerError && passingCodes.has(error.code));
  return isPassing ? new TrunklineError('unavailable', `MongoDB: ${error.message}`, { cause: error }) : error;
}
