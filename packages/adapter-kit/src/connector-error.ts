import type { ChannelEvent, ErrorCode } from '@trunkline/contracts';

/** What several channels share at the platform: an app, or an account with several numbers. */
export type SharedScope = 'app' | 'account';

/** What waits when a platform asks to slow down. */
export type PauseScope = 'conversation' | 'channel' | SharedScope;

/**
 * What a connector throws. The only place where a platform's failures become our codes is the connector's errors.ts. Its
 * message is shown to people and kept in records: the platform's words, without secrets.
 */
export class ConnectorError extends Error {
  override readonly name = 'ConnectorError';
  readonly code: ErrorCode;
  /** When it may be tried again, in milliseconds from now; for 'retry_after'. */
  readonly retryAfterMs: number | undefined;
  /** True if the platform did not say how long: each further try waits twice as long as the former. */
  readonly isGuess: boolean;
  /** The platform's own code. */
  readonly platformCode: string | undefined;
  /** True if the platform has told something that cannot be fetched any more: a gap, which people hear of. */
  readonly isGap: boolean;
  /** What a client of a door of our own reads, in place of the code's usual sentence. */
  readonly publicMessage: string | undefined;
  /** Which bucket a 'retry_after' pauses. An app or an account: all channels of it, by the connector's `limitKeys`. */
  readonly scope: PauseScope;
  /** What a person has to look after, in words: the channel is degraded, with them, until something is sent again. */
  readonly alert: string | undefined;
  /** Of a call that was not understood whole: what it told all the same. */
  readonly understood: readonly ChannelEvent[];

  constructor(code: ErrorCode, message: string, detail: ConnectorErrorDetail = {}) {
    super(message, detail.cause === undefined ? undefined : { cause: detail.cause });
    this.code = code;
    this.retryAfterMs = detail.retryAfterMs;
    this.isGuess = detail.isGuess ?? false;
    this.platformCode = detail.platformCode;
    this.isGap = detail.isGap ?? false;
    this.publicMessage = detail.publicMessage;
    this.scope = detail.scope ?? 'channel';
    this.alert = detail.alert;
    this.understood = detail.understood ?? [];
  }
}

/** Details of a {@link ConnectorError}. */
export interface ConnectorErrorDetail {
  readonly retryAfterMs?: number;
  readonly isGuess?: boolean;
  readonly platformCode?: string;
  readonly isGap?: boolean;
  readonly publicMessage?: string;
  readonly scope?: PauseScope;
  readonly alert?: string | undefined;
  readonly understood?: readonly ChannelEvent[];
  readonly cause?: unknown;
}

/** The codes that `send` and `download` may end with. Anything else that they throw counts as 'unknown_outcome'. */
export const sendErrorCodes = [
  'retry_after',
  'transient',
  'window_closed',
  'recipient_blocked',
  'recipient_invalid',
  'auth_revoked',
  'permission',
  'content_invalid',
  'too_large',
  'unsupported',
  'media_failed',
  'unknown_outcome',
] as const satisfies readonly ErrorCode[];

/** One of {@link sendErrorCodes}. */
export type SendErrorCode = (typeof sendErrorCodes)[number];

/**
 * What a door of our own refuses its client with: the sentence reaches whoever called. It names nothing but what they sent
 * themselves. Pure.
 */
export function refusal(code: ErrorCode, sentence: string, detail: ConnectorErrorDetail = {}): ConnectorError {
  return new ConnectorError(code, sentence, { ...detail, publicMessage: sentence });
}

/** What is thrown for a kind of call, update or change that is not known: by its name, unless that might tell of somebody. Pure. */
export function unknownKind(what: string, kind: string): ConnectorError {
  return new ConnectorError('unknown_kind', `${what} ${/^[a-z_]{1,64}$/.test(kind) ? kind : 'without a name'}`);
}

/** Any thrown thing as a ConnectorError: itself, or 'unknown_outcome', because nobody said that nothing happened. Pure. */
export function asConnectorError(error: unknown): ConnectorError {
  if (error instanceof ConnectorError) return error;
  return new ConnectorError('unknown_outcome', 'the connector failed in the middle of a call', { cause: error });
}
