import { TrunklineError } from '../errors.ts';
import { isPassingStoreError } from '../store/passing-error.ts';

/** What MongoDB's driver threw, as `unavailable` where the same may succeed later; anything else as it is. */
export function storeError(error: unknown): unknown {
  if (!isPassingStoreError(error)) return error;
  const { message } = error as Error;
  return new TrunklineError('unavailable', `MongoDB: ${message}`, { cause: error });
}
