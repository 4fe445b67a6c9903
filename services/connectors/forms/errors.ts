import type { ErrorCode } from '@trunkline/contracts';
import type { Texts } from './texts.ts';

/** Why a form was not taken: what a visitor reads, and what the page needs to send it again. */
export interface Refusal {
  readonly code: ErrorCode;
  readonly message: string;
  /** What is wrong, by field. */
  readonly fields?: Readonly<Record<string, string>>;
  /** A new one, where the form can be sent with it as it is. */
  readonly token?: string;
  /** When it may be sent again. */
  readonly retryAfterMs?: number;
}

const statuses: Partial<Record<ErrorCode, number>> = {
  invalid_argument: 400,
  unauthenticated: 401,
  permission_denied: 403,
  already_exists: 409,
  failed_precondition: 410,
  rate_limited: 429,
};

/** HTTP status of a refusal. Pure. */
export function statusOf({ code }: Refusal): number {
  return statuses[code] ?? 503;
}

/** Headers of a refusal. Pure. */
export function headersOf({ retryAfterMs }: Refusal): Readonly<Record<string, string>> {
  return retryAfterMs === undefined ? {} : { 'retry-after': String(Math.ceil(retryAfterMs / 1_000)) };
}

/** A refusal of what could not be stored now: what was typed stays with the visitor, and the same may be sent again. Pure. */
export function notStored(texts: Texts): Refusal {
  return { code: 'unavailable', message: texts.unavailable, retryAfterMs: 2_000 };
}
