import { ConnectorError } from './connector-error.ts';

/**
 * Makes a call to a platform. One that writes nothing may simply be made again, whatever became of it: it rejects with 'transient'
 * where one that may have written rejects with 'unknown_outcome'.
 */
export async function doubtedIf<Answer>(mayHaveWritten: boolean, call: () => Promise<Answer>): Promise<Answer> {
  try {
    return await call();
  } catch (error) {
    const isInDoubt = error instanceof ConnectorError && error.code === 'unknown_outcome';
    throw isInDoubt && !mayHaveWritten ? new ConnectorError('transient', error.message) : error;
  }
}
