/** Names of what the driver throws when the server cannot be reached, does not answer, or is about to come back. */
const passingNames =
  /^Mongo(Network|ServerSelection|NotConnected|TopologyClosed|Pool|WaitQueue|OperationTimeout|ExpiredSession|Transaction|System)/;

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
  if (!(error instanceof Error) || !error.name.startsWith('Mongo')) return false;
  const { code, errorLabels, writeErrors } = error as Error & Described;
  if (passingNames.test(error.name) || passingCodes.has(code)) return true;
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
