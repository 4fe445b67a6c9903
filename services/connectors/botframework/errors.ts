import { ConnectorError, type SendErrorCode } from '@trunkline/adapter-kit';

/** What the service's own words mean. */
const byCode: Readonly<Record<string, SendErrorCode>> = {
  ...{ BotNotInConversationRoster: 'recipient_blocked', BotDisabledByAdmin: 'recipient_blocked' },
  ...{ ForbiddenOperationException: 'recipient_blocked', MessageWritesBlocked: 'recipient_blocked' },
  ...{ ConversationNotFound: 'recipient_invalid', ActivityNotFoundInConversation: 'recipient_invalid' },
  ...{ MessageSizeTooBig: 'too_large', BadSyntax: 'content_invalid', BadArgument: 'content_invalid' },
};

/**
 * What a status means otherwise. Microsoft names 412, 429, 502 and 504 as those after which a call is made again; after the last
 * two a message may have been written all the same, and nobody is to get it twice.
 */
const byStatus: Readonly<Record<number, SendErrorCode>> = {
  ...{ 401: 'auth_revoked', 403: 'permission', 404: 'recipient_invalid', 405: 'unsupported', 413: 'too_large' },
  ...{ 412: 'transient', 429: 'retry_after', 503: 'transient' },
};

/** Where it says no time, the next try waits so long, and each further one twice as long. */
const restMs = 2_000;

/** A refusal as the service words it. */
export interface Refused {
  readonly status: number;
  readonly code: string;
  readonly message: string;
  readonly retryAfterSeconds: number;
}

/** Thrown for a refusal. Limits count by conversation. */
export class Refusal extends ConnectorError {
  readonly status: number;

  constructor({ status, code, message, retryAfterSeconds }: Refused, mayHaveWritten: boolean) {
    const isTold = Number.isFinite(retryAfterSeconds);
    const wait = { retryAfterMs: isTold ? retryAfterSeconds * 1_000 : restMs, isGuess: !isTold } as const;
    super(codeOf(status, code, mayHaveWritten), message || code || `the service refused with status ${status}`, {
      platformCode: code || String(status),
      ...(status === 429 ? { ...wait, scope: 'conversation' as const } : {}),
    });
    this.status = status;
  }
}

/** Trouble in the middle of the service leaves open what it did. */
function codeOf(status: number, code: string, mayHaveWritten: boolean): SendErrorCode {
  const named = Object.hasOwn(byCode, code) && status < 500 ? byCode[code] : undefined;
  const usual = status < 500 ? 'content_invalid' : mayHaveWritten ? 'unknown_outcome' : 'transient';
  return named ?? byStatus[status] ?? usual;
}

/** No token was given: nothing was sent. */
export function signInRefused(status: number, error: string, words: string): ConnectorError {
  const isPassing = status >= 500 || status === 429 || error === 'temporarily_unavailable';
  const shown = `${words.split(/\r?\n/)[0] || 'the sign-in service gave no token'}`;
  return new ConnectorError(isPassing ? 'transient' : 'auth_revoked', shown, { platformCode: error || String(status) });
}
