import { errorTable } from '../error-table.ts';
import { asTrunklineError, type FieldViolation, retryAfterMsOf } from '../errors.ts';

/** An error as HTTP carries it. */
export interface HttpError {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: HttpErrorBody;
}

/** The JSON body of every error: our code, a sentence and a remedy for people, and the fields that are meant. */
export interface HttpErrorBody {
  readonly code: string;
  readonly message: string;
  readonly remedy: string;
  readonly details: readonly FieldViolation[];
}

/** An error by the table, with public texts only. Pure. */
export function httpErrorOf(thrown: unknown): HttpError {
  const error = asTrunklineError(thrown);
  const afterMs = retryAfterMsOf(error);
  return {
    status: errorTable[error.code].http,
    headers: afterMs === undefined ? {} : { 'retry-after': String(Math.max(1, Math.ceil(afterMs / 1_000))) },
    body: { code: error.code, message: error.publicMessage, remedy: error.remedy, details: error.violations },
  };
}
