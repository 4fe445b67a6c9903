import { type ErrorCode, errorCodes } from '@trunkline/contracts';
import { Status } from 'nice-grpc-common';
import { errorWords } from './error-words.ts';

/** May a failed thing be tried again: never, when the caller likes, or after so many milliseconds. */
export type Retry = 'never' | 'later' | { readonly afterMs: number };

/**
 * What whoever moves messages does with an item that failed so: `wait` (a destination or a server is down, its queue
 * waits), `park` (this item cannot be done, the lane goes on), `hold` (nobody knows whether it was done), `pause` (nothing
 * of this destination can be done until a person acts).
 */
export type BusVerdict = 'wait' | 'park' | 'hold' | 'pause';

/** What one code means to everybody who may meet it. */
export interface ErrorMeaning {
  readonly grpc: Status;
  readonly http: number;
  readonly bus: BusVerdict;
  readonly retry: Retry;
  /** True if it is certain that nothing happened. */
  readonly certain: boolean;
  /** What the public reads when nobody said it better. No ids, no stacks. */
  readonly sentence: string;
  /** What the reader can do about it. */
  readonly remedy: string;
}

/** gRPC status, HTTP status, bus verdict, retry, certain. */
type Row = readonly [Status, number, BusVerdict, Retry, boolean];

const rows: Readonly<Record<ErrorCode, Row>> = {
  // A caller's request.
  invalid_argument: [Status.INVALID_ARGUMENT, 400, 'park', 'never', true],
  unauthenticated: [Status.UNAUTHENTICATED, 401, 'pause', 'never', true],
  permission_denied: [Status.PERMISSION_DENIED, 403, 'park', 'never', true],
  not_found: [Status.NOT_FOUND, 404, 'park', 'never', true],
  already_exists: [Status.ALREADY_EXISTS, 409, 'park', 'never', true],
  failed_precondition: [Status.FAILED_PRECONDITION, 400, 'park', 'never', true],
  too_large: [Status.INVALID_ARGUMENT, 413, 'park', 'never', true],
  rate_limited: [Status.RESOURCE_EXHAUSTED, 429, 'wait', 'later', true],
  unavailable: [Status.UNAVAILABLE, 503, 'wait', 'later', false],
  deadline_exceeded: [Status.DEADLINE_EXCEEDED, 504, 'wait', 'later', false],
  aborted: [Status.ABORTED, 409, 'wait', 'later', true],
  internal: [Status.INTERNAL, 500, 'park', 'never', false],

  // A hook call or an item.
  bad_signature: [Status.UNAUTHENTICATED, 401, 'park', 'never', true],
  malformed: [Status.INVALID_ARGUMENT, 400, 'park', 'never', true],
  unknown_kind: [Status.UNIMPLEMENTED, 400, 'park', 'never', true],
  poison: [Status.INTERNAL, 500, 'park', 'never', true],

  // A send to a messenger.
  retry_after: [Status.RESOURCE_EXHAUSTED, 429, 'wait', { afterMs: 1_000 }, true],
  transient: [Status.UNAVAILABLE, 503, 'wait', 'later', true],
  window_closed: [Status.FAILED_PRECONDITION, 400, 'park', 'never', true],
  recipient_blocked: [Status.FAILED_PRECONDITION, 400, 'park', 'never', true],
  recipient_invalid: [Status.FAILED_PRECONDITION, 400, 'park', 'never', true],
  auth_revoked: [Status.FAILED_PRECONDITION, 400, 'pause', 'never', true],
  permission: [Status.FAILED_PRECONDITION, 400, 'park', 'never', true],
  content_invalid: [Status.INVALID_ARGUMENT, 400, 'park', 'never', true],
  unsupported: [Status.FAILED_PRECONDITION, 400, 'park', 'never', true],
  media_failed: [Status.FAILED_PRECONDITION, 400, 'park', 'never', true],
  unknown_outcome: [Status.UNKNOWN, 502, 'hold', 'never', false],
  expired: [Status.FAILED_PRECONDITION, 410, 'park', 'never', true],

  // A delivery to a portal.
  portal_rejected: [Status.FAILED_PRECONDITION, 400, 'park', 'never', true],
  portal_unavailable: [Status.UNAVAILABLE, 503, 'wait', 'later', false],
  portal_timeout: [Status.DEADLINE_EXCEEDED, 504, 'wait', 'later', false],
  portal_unreachable: [Status.UNAVAILABLE, 503, 'wait', 'later', true],
  portal_gone: [Status.FAILED_PRECONDITION, 410, 'pause', 'never', true],
  portal_redirected: [Status.FAILED_PRECONDITION, 400, 'wait', 'later', true],
  portal_address_refused: [Status.FAILED_PRECONDITION, 400, 'wait', 'later', true],
  portal_answer_invalid: [Status.FAILED_PRECONDITION, 502, 'wait', 'later', false],
  portal_unknown_key: [Status.FAILED_PRECONDITION, 400, 'wait', 'later', true],
  no_key: [Status.FAILED_PRECONDITION, 400, 'pause', 'never', true],
  paused: [Status.FAILED_PRECONDITION, 409, 'pause', 'never', true],
};

/**
 * What every code means: the one table from a code to a gRPC status, an HTTP status, a bus verdict, the two answers (may it
 * be retried, did certainly nothing happen) and the sentence and remedy that people read. Nobody else maps.
 */
export const errorTable: Readonly<Record<ErrorCode, ErrorMeaning>> = Object.fromEntries(
  errorCodes.map((code) => {
    const [grpc, http, bus, retry, certain] = rows[code];
    const [sentence, remedy] = errorWords[code];
    return [code, { grpc, http, bus, retry, certain, sentence, remedy }];
  }),
) as Record<ErrorCode, ErrorMeaning>;
