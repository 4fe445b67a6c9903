/**
 * Names of what the driver throws when the server cannot be reached, does not answer, or is about to come back. One of them does
 * not bear the driver's: what was under way when its monitor found the server silent.
 */
const passingNames =
  /^(PoolClearedOnNetworkError$|Mongo(Network|ServerSelection|ServerClosed|StalePrimary|NotConnected|TopologyClosed|Pool|WaitQueue|OperationTimeout|ExpiredSession|Transaction|System))/;

/** What the socket says itself: the driver hands that on as it is while it waits for the socket to take a command. */
const lostConnections: ReadonlySet<unknown> = new Set([
  ...['EPIPE', 'ECONNRESET', 'ECONNABORTED', 'ETIMEDOUT', 'EHOSTUNREACH', 'ENETUNREACH'],
]);

/** The driver's and the server's own words for "the same may succeed later". */
const passingLabels = [
  'TransientTransactionError',
  'RetryableWriteError',
  'UnknownTransactionCommitResult',
  'SystemOverloadedError',
];

/**
 * The server's numbers for "not now": host or network away, lock or time exceeded, the primary moved, a start that is not
 * over, a former owner's session ended by the new one, an insert that another one made first, no space left.
 */
const passingCodes: ReadonlySet<unknown> = new Set([
  6, 7, 24, 46, 50, 64, 89, 91, 94, 100, 112, 134, 189, 202, 225, 237, 246, 251, 262, 290, 9001, 10107, 11600, 11601,
  11602, 13435, 13436, 14031,
]);

/** True if what MongoDB's driver threw may succeed later: the same call is to be made again. Of anything else false. Pure. */
export function isPassingStoreError(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { code, errorLabels, writeErrors } = error as Error & Described;
  if (passingNames.test(error.name) || lostConnections.has(code)) return true;
  if (!error.name.startsWith('Mongo')) return false;
  if (passingCodes.has(code)) return true;
  if (Array.isArray(errorLabels) && passingLabels.some((label) => errorLabels.includes(label))) return true;
  // The driver wraps whatever stops several writes on their way, a lost connection too, in an error that names no cause: one
  // in which neither the server nor any of the writes is blamed.
  return error.name === 'MongoBulkWriteError' && code === undefined && !(Array.isArray(writeErrors) && writeErrors[0]);
}

interface Described {
  readonly code?: unknown;
  readonly errorLabels?: unknown;
  readonly writeErrors?: unknown;
}
