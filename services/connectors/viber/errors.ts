import { ConnectorError, type SendErrorCode } from '@trunkline/adapter-kit';
import { SendError } from '@trunkline/contracts';

/** How long a person who got a hundred messages without an answer is left in peace: Viber counts an hour, and says no time. */
const restMs = 10 * 60 * 1_000;

/** What each status means. Viber tells it in the body; the status of HTTP is always 200. */
const codes: Readonly<Record<number, SendErrorCode>> = {
  ...{ 2: 'auth_revoked', 7: 'auth_revoked', 8: 'auth_revoked', 9: 'auth_revoked', 15: 'auth_revoked' },
  ...{ 3: 'content_invalid', 4: 'content_invalid', 13: 'content_invalid', 14: 'content_invalid' },
  ...{ 22: 'content_invalid', 5: 'recipient_invalid', 11: 'recipient_invalid', 21: 'recipient_invalid' },
  ...{ 6: 'recipient_blocked', 12: 'retry_after', 23: 'window_closed', 24: 'window_closed' },
  ...{ 16: 'permission', 17: 'permission', 18: 'permission', 19: 'permission', 20: 'permission' },
  // The hook's address is wrong or not set: write it again.
  ...{ 1: 'permission', 10: 'permission' },
};

/** What a person has to look after. */
const alerts: Readonly<Record<number, string>> = {
  23: 'The free messages of this month are used up: see the billing of the Viber account.',
  24: 'The Viber account has no balance: see its billing.',
};

/** Thrown for a refusal: Viber said itself that it did nothing. */
export class Refusal extends ConnectorError {
  readonly status: number;

  constructor(status: number, words: string, otherwise: SendErrorCode = 'transient') {
    const wait = status === 12 ? ({ retryAfterMs: restMs, scope: 'conversation' } as const) : {};
    super(codes[status] ?? otherwise, `${words || 'Viber refused'} (status ${status})`, {
      ...{ platformCode: String(status), alert: alerts[status], ...wait },
    });
    this.status = status;
  }
}

/** Who is banned rather than signed out: blocked and suspended accounts. */
export function isBanned({ status }: Refusal): boolean {
  return status === 7 || status === 9;
}

/** True where an older app may take the message without its buttons. */
export function isTooNew({ status }: Refusal): boolean {
  return status === 13;
}

/** True for a "general error", which is worth one more try, at once. */
export function isGeneral({ status }: Refusal): boolean {
  return !Object.hasOwn(codes, status);
}

/** A message that reached the person's app and could not be shown there. */
export function failedReceipt(words: string): SendError {
  return SendError.create({ code: 'content_invalid', platformCode: 'failed', text: words.slice(0, 500) });
}
