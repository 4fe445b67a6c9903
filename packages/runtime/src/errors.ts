import { type ErrorCode, errorCodes } from '@trunkline/contracts';
import { type BusVerdict, errorTable, type Retry } from './error-table.ts';
import { isPassingStoreError } from './store/passing-error.ts';

/** One field of a request that is not as it should be. */
export interface FieldViolation {
  /** Path of the field in the names of the contract: `message.content.text`. */
  readonly field: string;
  /** What it should be, as a sentence for the caller. */
  readonly description: string;
}

/** What a {@link TrunklineError} may say beyond its code and text; what is absent comes from the table. */
export interface ErrorDetail {
  /** What the public reads: no ids of ours, no stacks, no data of another tenant. */
  readonly publicMessage?: string;
  /** What the reader can do about it. */
  readonly remedy?: string;
  readonly retry?: Retry;
  /** Is it certain that nothing happened. */
  readonly certain?: boolean;
  readonly violations?: readonly FieldViolation[];
  readonly cause?: unknown;
}

/**
 * The one family of errors: thrown by whatever cannot do what it promised. The code is of the closed list; the message is
 * for the engineer; sentence and remedy are for the public; `retry` and `certain` are the two answers.
 */
export class TrunklineError extends Error {
  override readonly name = 'TrunklineError';
  readonly code: ErrorCode;
  readonly publicMessage: string;
  readonly remedy: string;
  readonly retry: Retry;
  readonly certain: boolean;
  readonly violations: readonly FieldViolation[];

  constructor(code: ErrorCode, message: string, detail: ErrorDetail = {}) {
    super(message, detail.cause === undefined ? undefined : { cause: detail.cause });
    const meaning = errorTable[code];
    this.code = code;
    this.publicMessage = detail.publicMessage ?? meaning.sentence;
    this.remedy = detail.remedy ?? meaning.remedy;
    this.retry = detail.retry ?? meaning.retry;
    this.certain = detail.certain ?? meaning.certain;
    this.violations = detail.violations ?? [];
  }
}

/** `invalid_argument` for fields of a request; the public message is the first field's sentence. */
export function invalidArgument(...violations: readonly FieldViolation[]): TrunklineError {
  const text = violations.map(({ field, description }) => `${field}: ${description}`).join('; ');
  const first = violations[0];
  return new TrunklineError('invalid_argument', text, {
    ...(first === undefined ? {} : { publicMessage: `${first.field}: ${first.description}` }),
    violations,
  });
}

/** `not_found` with a sentence for the caller: "There is no such channel." */
export function notFound(publicMessage: string): TrunklineError {
  return new TrunklineError('not_found', publicMessage, { publicMessage });
}

/**
 * Whatever was thrown, as one of the family; never throws. Errors of other parts that carry one of our codes (a connector's)
 * keep it, and the sentence for the public that they say they have; an aborted wait is `aborted`, a lost or slow server `unavailable`, everything else `internal`.
 */
export function asTrunklineError(error: unknown): TrunklineError {
  if (error instanceof TrunklineError) return error;
  const message = error instanceof Error ? error.message : String(error);
  const code = codeOf(error);
  const afterMs = propertyOf(error, 'retryAfterMs');
  const retry = typeof afterMs === 'number' ? { retry: { afterMs } } : {};
  const sentence = propertyOf(error, 'publicMessage');
  const words = typeof sentence === 'string' ? { publicMessage: sentence } : {};
  return new TrunklineError(code, message, { cause: error, ...retry, ...words });
}

/** What whoever moves messages does with an item that failed so. Pure. */
export function busVerdictOf(error: unknown): BusVerdict {
  return errorTable[asTrunklineError(error).code].bus;
}

/** Milliseconds to wait before the next try; undefined when the error does not say. Pure. */
export function retryAfterMsOf(error: TrunklineError): number | undefined {
  return typeof error.retry === 'object' ? error.retry.afterMs : undefined;
}

const known: ReadonlySet<unknown> = new Set(errorCodes);
/** Names of what the client of NATS throws when the server cannot be reached or does not answer. */
const lostServers = /^(Connection|Timeout|NoResponders|RequestError)/;

function codeOf(error: unknown): ErrorCode {
  const code = propertyOf(error, 'code');
  if (known.has(code)) return code as ErrorCode;
  const name = propertyOf(error, 'name');
  if (name === 'AbortError' || name === 'WrongLastSequence') return 'aborted';
  if (typeof name !== 'string') return 'internal';
  if (lostServers.test(name) || isPassingStoreError(error)) return 'unavailable';
  return 'internal';
}

function propertyOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}
