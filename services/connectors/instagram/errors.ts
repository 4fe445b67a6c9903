import { ConnectorError, type GraphFailure, type SendErrorCode } from '@trunkline/adapter-kit';

/** By code and subcode, which goes before the code alone. */
const codes: Readonly<Partial<Record<SendErrorCode, readonly string[]>>> = {
  window_closed: ['10/2018278', '10/2018065', '10/2534022'],
  recipient_blocked: ['551'],
  recipient_invalid: ['100/2018001', '100/2534014', '100/33'],
  auth_revoked: ['190', '102', '10/1893063'],
  permission: ['10', '3'],
  retry_after: ['4', '17', '32', '613', '80002', '9', '368', '2207051'],
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
/** "Action blocked": too much of the same looks like advertising, and is held back from an hour to a day. */
const blockPauseMs = 60 * 60_000;
const blocks: ReadonlySet<number> = new Set([9, 368, 2_207_051]);

/** A refusal as an error: the platform did nothing. */
export function refusal(failure: GraphFailure): ConnectorError {
  return errorOf(failure, 'channel');
}

/** The same of what is done with comments: messages go on meanwhile. */
export function commentRefusal(failure: GraphFailure): ConnectorError {
  return errorOf(failure, blocks.has(failure.code) ? 'conversation' : 'channel');
}

function errorOf(failure: GraphFailure, scope: 'channel' | 'conversation'): ConnectorError {
  const { code: number, subcode, message, regainMs } = failure;
  const code = codeOf(failure);
  const detail = { platformCode: subcode === undefined ? String(number) : `${number}/${subcode}` };
  if (code !== 'retry_after') return new ConnectorError(code, message, detail);
  const guessMs = blocks.has(number) ? blockPauseMs : usualPauseMs;
  const wait = { retryAfterMs: regainMs ?? guessMs, isGuess: regainMs === undefined, scope };
  return new ConnectorError(code, message, { ...detail, ...wait });
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
