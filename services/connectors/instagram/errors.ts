import { type ConnectorError, type GraphFailure, graphCodes, graphError } from '@trunkline/adapter-kit';

const codeOf = graphCodes({
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
});

/** Where the platform does not say how long: a minute, then twice as long each time. */
const usualPauseMs = 60_000;
/** "Action blocked": too much of the same looks like advertising, and is held back from an hour to a day. */
const blockPauseMs = 60 * 60_000;
const blocks: ReadonlySet<number> = new Set([9, 368, 2_207_051]);
const blocked = 'Instagram has blocked what this account does too much of, for an hour to a day: look into its app.';

/** A refusal as an error: the platform did nothing. */
export function refusal(failure: GraphFailure): ConnectorError {
  return errorOf(failure, 'channel');
}

/** The same of what is done with comments: messages go on meanwhile. */
export function commentRefusal(failure: GraphFailure): ConnectorError {
  return errorOf(failure, blocks.has(failure.code) ? 'conversation' : 'channel');
}

function errorOf(failure: GraphFailure, scope: 'channel' | 'conversation'): ConnectorError {
  if (!blocks.has(failure.code)) return graphError(codeOf(failure), failure, { guessMs: usualPauseMs, scope });
  return graphError(codeOf(failure), failure, { guessMs: blockPauseMs, scope, alert: blocked });
}
