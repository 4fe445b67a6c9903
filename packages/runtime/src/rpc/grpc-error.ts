import { type ErrorCode, errorCodes } from '@trunkline/contracts';
import { ClientError, Status } from 'nice-grpc-common';
import {
  BadRequest,
  type ErrorDetails,
  ErrorInfo,
  LocalizedMessage,
  RetryInfo,
  RichClientError,
  RichServerError,
} from 'nice-grpc-error-details';
import { errorTable } from '../error-table.ts';
import { asTrunklineError, type FieldViolation, retryAfterMsOf, TrunklineError } from '../errors.ts';

const domain = 'trunkline';

/**
 * An error as gRPC carries it: the table's status and google.rpc details (ErrorInfo with our code as its reason,
 * LocalizedMessage with the public sentence, RetryInfo, BadRequest). Behind a public door the text for the engineer stays
 * inside. Pure.
 */
export function toGrpcError(thrown: unknown, isPublic: boolean): RichServerError {
  const error = asTrunklineError(thrown);
  const afterMs = retryAfterMsOf(error);
  const details: ErrorDetails[] = [
    ErrorInfo.fromPartial({
      reason: error.code,
      domain,
      metadata: {
        remedy: error.remedy,
        certain: String(error.certain),
        retry: error.retry === 'never' ? 'never' : 'later',
      },
    }),
    LocalizedMessage.fromPartial({ locale: 'en', message: error.publicMessage }),
  ];
  if (afterMs !== undefined) {
    const retryDelay = { seconds: Math.floor(afterMs / 1_000), nanos: Math.round(afterMs % 1_000) * 1_000_000 };
    details.push(RetryInfo.fromPartial({ retryDelay }));
  }
  if (error.violations.length > 0) details.push(BadRequest.fromPartial({ fieldViolations: [...error.violations] }));
  const text = isPublic ? error.publicMessage : error.message;
  return new RichServerError(errorTable[error.code].grpc, text, details);
}

/** What a call of ours rejected with, as one of the family: what the other side threw, or what happened on the way. Pure. */
export function fromGrpcError(thrown: unknown): TrunklineError {
  if (!(thrown instanceof ClientError)) return asTrunklineError(thrown);
  const details = thrown instanceof RichClientError ? thrown.extra : [];
  const info = find(details, ErrorInfo.$type);
  const code = info?.domain === domain ? errorCodes.find((known) => known === info.reason) : undefined;
  if (info === undefined || code === undefined) {
    const about = { certain: thrown.code === Status.UNIMPLEMENTED, cause: thrown };
    return new TrunklineError(codeOfStatus(thrown.code), `${thrown.path}: ${thrown.details}`, about);
  }
  const publicMessage = find(details, LocalizedMessage.$type)?.message;
  return new TrunklineError(code, `${thrown.path}: ${thrown.details}`, {
    ...(publicMessage === undefined ? {} : { publicMessage }),
    remedy: info.metadata.remedy ?? '',
    certain: info.metadata.certain === 'true',
    retry: retryOf(details, info),
    violations: violationsOf(details),
    cause: thrown,
  });
}

function retryOf(details: readonly ErrorDetails[], info: ErrorInfo): TrunklineError['retry'] {
  const delay = find(details, RetryInfo.$type)?.retryDelay;
  if (delay !== undefined) return { afterMs: delay.seconds * 1_000 + delay.nanos / 1_000_000 };
  return info.metadata.retry === 'never' ? 'never' : 'later';
}

function violationsOf(details: readonly ErrorDetails[]): readonly FieldViolation[] {
  const found = find(details, BadRequest.$type)?.fieldViolations ?? [];
  return found.map(({ field, description }) => ({ field, description }));
}

function find<Type extends ErrorDetails['$type']>(details: readonly ErrorDetails[], type: Type) {
  return details.find((detail): detail is Extract<ErrorDetails, { $type: Type }> => detail.$type === type);
}

/** Our code for a status that came without one: from the transport, or from a server that is not ours. */
function codeOfStatus(status: Status): ErrorCode {
  switch (status) {
    case Status.CANCELLED:
    case Status.ABORTED:
      return 'aborted';
    case Status.DEADLINE_EXCEEDED:
      return 'deadline_exceeded';
    case Status.UNAVAILABLE:
      return 'unavailable';
    case Status.RESOURCE_EXHAUSTED:
      return 'too_large';
    case Status.UNAUTHENTICATED:
      return 'unauthenticated';
    case Status.PERMISSION_DENIED:
      return 'permission_denied';
    case Status.NOT_FOUND:
      return 'not_found';
    case Status.INVALID_ARGUMENT:
      return 'invalid_argument';
    default:
      return 'internal';
  }
}
