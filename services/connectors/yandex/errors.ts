import { ConnectorError, type SendErrorCode } from '@trunkline/adapter-kit';

/** What a status means; the first row whose words fit counts. Yandex says the same status of many things. */
const rows: readonly (readonly [status: number, words: RegExp, code: SendErrorCode])[] = [
  [401, /^/, 'auth_revoked'],
  [403, /not (a member|in (the )?chat)|removed|kicked|blocked|privacy/i, 'recipient_blocked'],
  [403, /^/, 'permission'],
  [404, /^/, 'recipient_invalid'],
  [413, /^/, 'too_large'],
  [429, /^/, 'retry_after'],
  [400, /(chat|user|login|member|recipient)\b.*(not found|unknown|does not exist|invalid)/i, 'recipient_invalid'],
  [400, /too (large|big)/i, 'too_large'],
  [400, /\b(file|image|document|gallery)\b/i, 'media_failed'],
];

/** How long to wait when it says "slow down" and no time: so long first, then twice as long each time. */
const restMs = 5_000;

/** Thrown for a refusal: Yandex said itself that it did nothing. */
export class Refusal extends ConnectorError {
  readonly status: number;

  constructor(status: number, words: string, retryAfterSeconds?: number) {
    const isGuess = !Number.isFinite(retryAfterSeconds);
    const retryAfterMs = isGuess ? restMs : Number(retryAfterSeconds) * 1_000;
    super(codeOf(status, words), words || `Yandex refused with HTTP status ${status}`, {
      platformCode: String(status),
      ...(status === 429 ? { retryAfterMs, isGuess } : {}),
    });
    this.status = status;
  }
}

function codeOf(status: number, words: string): SendErrorCode {
  const row = rows.find(([rowStatus, rowWords]) => rowStatus === status && rowWords.test(words));
  return row?.[2] ?? (status >= 400 && status < 500 ? 'content_invalid' : 'transient');
}

/** What no answer of Yandex's own means; only 503 says that nothing was done. */
export function strangeAnswer(status: number, mayHaveWritten: boolean): ConnectorError {
  const isInDoubt = mayHaveWritten && status !== 503;
  return new ConnectorError(
    isInDoubt ? 'unknown_outcome' : 'transient',
    `Yandex answered in an unknown form, with HTTP status ${status}`,
    { platformCode: String(status) },
  );
}
