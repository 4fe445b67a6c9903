import { ConnectorError, type PauseScope, type SendErrorCode } from '../connector-error.ts';
import type { GraphFailure } from './graph-call.ts';

/** What a messenger's refusals mean, by our codes: "100/33" by code and subcode goes before "100", the code alone. */
export type GraphCodes = Readonly<Partial<Record<SendErrorCode, readonly string[]>>>;

/** How long a refusal asks to wait where the platform does not say it, and whom. */
export interface GraphPause {
  readonly guessMs: number;
  readonly scope?: PauseScope;
  /** What a person has to look after. */
  readonly alert?: string;
}

/** Reads refusals by a messenger's table; what it does not name is told by the HTTP status. Pure. */
export function graphCodes(table: GraphCodes): (failure: GraphFailure) => SendErrorCode {
  const known = new Map(
    Object.entries(table).flatMap(([ours, theirs]) => theirs.map((code) => [code, ours as SendErrorCode])),
  );
  return ({ code, subcode, status }) => {
    const found = known.get(`${code}/${subcode}`) ?? known.get(String(code));
    if (found !== undefined) return found;
    if (code >= 200 && code < 300) return 'permission';
    if (status === 429) return 'retry_after';
    if (status === 401) return 'auth_revoked';
    if (status === 403) return 'permission';
    return status >= 500 ? 'transient' : 'content_invalid';
  };
}

/** The code of all products for too many calls of the app, by whichever of its accounts. */
export const appLimit = 4;

/** A refusal as an error: the platform did nothing. What is the app's limit pauses the app. Pure. */
export function graphError(
  code: SendErrorCode,
  { code: number, subcode, message, regainMs }: GraphFailure,
  { guessMs, scope = 'channel', alert }: GraphPause,
): ConnectorError {
  const platformCode = subcode === undefined ? String(number) : `${number}/${subcode}`;
  if (code !== 'retry_after') return new ConnectorError(code, message, { platformCode, alert });
  const wait = {
    retryAfterMs: regainMs ?? guessMs,
    isGuess: regainMs === undefined,
    scope: number === appLimit ? 'app' : scope,
  } as const;
  return new ConnectorError(code, message, { platformCode, alert, ...wait });
}
