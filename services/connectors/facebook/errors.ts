import { type ConnectorError, type GraphFailure, graphCodes, graphError } from '@trunkline/adapter-kit';

const codeOf = graphCodes({
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
});

/** Where the platform does not say how long: a minute, then twice as long each time. */
const usual = { guessMs: 60_000 } as const;
/** Too many comments at once look like advertising; such a block lasts from an hour to a day. */
const alert = 'Facebook has blocked comments of this page, for an hour to a day: look into its page quality.';
const block = { guessMs: 60 * 60_000, scope: 'conversation', alert } as const;
const spam: ReadonlySet<number> = new Set([368, 1705]);

/** A refusal as an error: the platform did nothing. */
export function refusal(failure: GraphFailure): ConnectorError {
  return graphError(codeOf(failure), failure, usual);
}

/** The same of what is done with comments, where 368 is about comments alone. */
export function commentRefusal(failure: GraphFailure): ConnectorError {
  if (!spam.has(failure.code)) return refusal(failure);
  return graphError('retry_after', { ...failure, regainMs: undefined }, block);
}
