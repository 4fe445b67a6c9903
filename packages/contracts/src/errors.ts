/**
 * The closed list of error codes. What each means for a caller stands in `packages/runtime/src/errors.ts`, the one table
 * that maps a code to a gRPC status, an HTTP status and the two answers: may it be retried, did certainly nothing happen.
 */
export const errorCodes = [
  // A caller's request.
  'invalid_argument',
  'unauthenticated',
  'permission_denied',
  'not_found',
  'already_exists',
  'failed_precondition',
  'too_large',
  'rate_limited',
  'unavailable',
  'deadline_exceeded',
  'aborted',
  'internal',
  // A hook call or an item.
  'bad_signature',
  'malformed',
  'unknown_kind',
  'poison',
  // A send to a messenger.
  'retry_after',
  'transient',
  'window_closed',
  'recipient_blocked',
  'recipient_invalid',
  'auth_revoked',
  'permission',
  'content_invalid',
  'unsupported',
  'media_failed',
  'unknown_outcome',
  'expired',
  // A delivery to a portal.
  'portal_rejected',
  'portal_unavailable',
  'portal_timeout',
  'portal_unreachable',
  'portal_gone',
  'portal_redirected',
  'portal_address_refused',
  'portal_answer_invalid',
  'portal_unknown_key',
  'no_key',
  'paused',
] as const;

/** One code of the closed list. */
export type ErrorCode = (typeof errorCodes)[number];
