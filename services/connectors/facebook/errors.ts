import { ConnectorError, type GraphFailure, type SendErrorCode } from '@trunkline/adapter-kit';

/** By code and subcode, which goes before the code alone. */
const codes: Readonly<Partial<Record<SendErrorCode, readonly string[]>>> = {
  window_closed: ['10/2018278', '10/2018065'],
  recipient_blocked: ['551'],
  recipient_invalid: ['100/2018001', '100/33'],
  auth_revoked: ['190', '102', '368', '10/1893063'],
  // Another app has the conversation (10/2018300): it has to be taken or asked for first.
  permission: ['10', '3', '10/2018300'],
  retry_after: ['4', '17', '32', '613', '80006'],
  transient: ['1', '2', '20', '1200'],
  media_failed: ['100/2018007', '100/2018008', '100/2018047', '100/2018294'],
  too_large: ['100/2018109'],
  content_invalid: ['100', '10900'],
};

const known = new Map(
  Object.entries(codes).flatMap(([ours, theirs]) => theirs.map((code) => [code, ours as SendErrorCode])),
);

/** Where the platform does not say how long: a minute, then twice as long each time. */
const usualPauseMs = 60_000;
/** Too many comments at once look like advertising; such a block lasts from an hour to a day. */
const spamPauseMs = 60 * 60_000;
const spam: ReadonlySet<number> = new Set([368, 1705]);

/** A refusal as an error: the platform did nothing. */
export function refusal(failure: GraphFailure): ConnectorError {
  const code = codeOf(failure);
  const detail = { platformCode: platformCodeOf(failure) };
  if (code !== 'retry_after') return new ConnectorError(code, failure.message, detail);
  const { regainMs } = failure;
  const wait = { retryAfterMs: regainMs ?? usualPauseMs, isGuess: regainMs === undefined };
  return new ConnectorError(code, failure.message, { ...detail, ...wait });
}

/** The same of what is done with comments, where 368 is about comments alone. */
export function commentRefusal(failure: GraphFailure): ConnectorError {
  if (!spam.has(failure.code)) return refusal(failure);
  const wait = { retryAfterMs: spamPauseMs, isGuess: true, scope: 'conversation' } as const;
  return new ConnectorError('retry_after', failure.message, { ...wait, platformCode: platformCodeOf(failure) });
}

function codeOf({ code, subcode, status }: GraphFailure): SendErrorCode {
  const found = known.get(`${code}/${subcode}`) ?? known.get(String(code));
  if (found !== undefined) return found;
  if (code >= 200 && code < 300) return 'permission';
  if (status === 429) return 'retry_after';
  if (status === 401) return 'auth_revoked';
  if (status === 403) return 'permission';
  return status >= 500 ? 'transient' : 'content_invalid';
}

function platformCodeOf({ code, subcode }: GraphFailure): string {
  return subcode === undefined ? String(code) : `${code}/${subcode}`;
}
