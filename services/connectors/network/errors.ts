import { ConnectorError, type SendErrorCode, strangeAnswer } from '@trunkline/adapter-kit';
import type { Side } from './verify-sides.ts';

/** What a side refuses, each with its HTTP status, our code and words for people. */
export const refusals = {
  NOT_FOUND: [404, 'recipient_invalid', 'there is nobody at this address any more: the channel is gone or off'],
  INACTIVE: [403, 'recipient_blocked', 'the line is closed to those who have not joined yet'],
  OWN_LINE: [403, 'recipient_invalid', 'the line is of the same company: join the line of another one'],
  USER_MESSAGE_LIMIT: [403, 'window_closed', 'they have not written yet: one message a week is all that they take'],
  ADDRESS_INVALID: [422, 'permission', 'the line answers by https only: this installation needs such a PUBLIC_URL'],
  MESSAGE_EMPTY: [422, 'content_invalid', 'the message says nothing'],
  MESSAGE_OVERSIZE: [413, 'too_large', 'the text has more than 10,000 characters'],
  ATTACH_OVERSIZE: [413, 'too_large', 'the attachment has more than 30 KB'],
  TOO_MANY_CALLS: [429, 'retry_after', 'more came from one side than is taken in a minute'],
} as const satisfies Readonly<Record<string, readonly [status: number, code: SendErrorCode, words: string]>>;

/** A refusal by its name in the protocol. */
export type RefusalName = keyof typeof refusals;

/** How long to wait where nothing is said of it. */
const restMs = 5_000;

/** What a refusal means, whoever makes it. */
export function refused(name: RefusalName): ConnectorError {
  const [, code, words] = refusals[name];
  return new ConnectorError(code, words, { platformCode: name });
}

/** How a call was answered. */
export interface Refused {
  readonly status: number;
  readonly error: string;
  readonly retryAfterSeconds: number | undefined;
}

/** What an answer that is no success means to the side that has called. */
export function refusalOf({ status, error, retryAfterSeconds }: Refused, side: Side): ConnectorError {
  const platformCode = error || `http ${status}`;
  if (status === 429) {
    const isGuess = retryAfterSeconds === undefined;
    const retryAfterMs = isGuess ? restMs : retryAfterSeconds * 1_000;
    // One partner that has had enough is no reason to leave the others alone.
    const scope = side === 'line' ? 'conversation' : 'channel';
    return new ConnectorError('retry_after', refusals.TOO_MANY_CALLS[2], {
      ...{ retryAfterMs, isGuess, scope, platformCode },
    });
  }
  if (status === 401) {
    return side === 'line'
      ? new ConnectorError('recipient_blocked', 'the partner has left, or joined anew under another name', {
          platformCode,
        })
      : new ConnectorError('auth_revoked', 'the line does not know this channel any more: enter its new code', {
          platformCode,
        });
  }
  if (isName(error)) return refused(error);
  if (status === 404) return refused('NOT_FOUND');
  if (status === 403) return new ConnectorError('permission', 'the other side refuses this', { platformCode });
  if (status === 422 || status === 400)
    return new ConnectorError('content_invalid', 'the other side does not take this', { platformCode });
  return strangeAnswer('the other side', status, true);
}

function isName(error: string): error is RefusalName {
  return Object.hasOwn(refusals, error);
}
