import { ConnectorError } from './connector-error.ts';

/**
 * What an answer means that is none of the platform's own: a proxy's page, or success that nobody can read. Only where it
 * may have been written is the outcome open. Pure.
 */
export function strangeAnswer(platform: string, httpStatus: number, mayHaveWritten: boolean): ConnectorError {
  const words = `${platform} answered in an unknown form, with HTTP status ${httpStatus}`;
  const platformCode = `http ${httpStatus}`;
  if (httpStatus === 429) return new ConnectorError('retry_after', words, { platformCode });
  if (httpStatus === 413) return new ConnectorError('too_large', words, { platformCode });
  const isRefused = httpStatus === 503 || (httpStatus >= 300 && httpStatus < 500);
  return new ConnectorError(mayHaveWritten && !isRefused ? 'unknown_outcome' : 'transient', words, { platformCode });
}
