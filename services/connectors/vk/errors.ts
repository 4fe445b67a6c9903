import { ConnectorError, type SendErrorCode } from '@trunkline/adapter-kit';

/** Numbers of VK's errors by what they mean. */
const rows: readonly (readonly [code: SendErrorCode, numbers: readonly number[]])[] = [
  // 14 and 17, a captcha and a validation, want a person too.
  ['auth_revoked', [5, 15, 27, 28, 203, 14, 17]],
  ['retry_after', [6, 9, 29, 223]],
  ['transient', [1, 10]],
  // 212 and 213: comments are closed.
  ['permission', [7, 20, 23, 212, 213, 912, 925, 932]],
  ['recipient_blocked', [900, 901, 902]],
  ['recipient_invalid', [18, 113, 917, 927, 935, 936, 945, 946]],
  ['window_closed', [944, 950]],
  // 222: links are forbidden in comments.
  ['content_invalid', [100, 222, 909, 910, 911, 913, 914, 920, 940]],
  ['media_failed', [22]],
];
const codes = new Map(rows.flatMap(([code, numbers]) => numbers.map((number) => [number, code] as const)));

/** How long each limit asks to wait, and whom; VK tells no times. Flooding is about one conversation. */
const waits: Readonly<Record<number, { retryAfterMs: number; scope: 'conversation' | 'channel' }>> = {
  6: { retryAfterMs: 1_000, scope: 'channel' },
  9: { retryAfterMs: 2 * 60_000, scope: 'conversation' },
  29: { retryAfterMs: 60 * 60_000, scope: 'channel' },
  // Too many comments under one post.
  223: { retryAfterMs: 60 * 60_000, scope: 'conversation' },
};

/** Thrown for a refusal: VK said itself that it did nothing. */
export class Refusal extends ConnectorError {
  readonly number: number;

  constructor(number: number, words: string) {
    const platformCode = String(number);
    super(codeOf(number, words), words || `VK refused with error ${number}`, { platformCode, ...waits[number] });
    this.number = number;
  }
}

/** A method that communities have not is refused like a bad token: that is no reason to ask for a new one. */
function codeOf(number: number, words: string): SendErrorCode {
  if ((number === 15 || number === 27) && /method is unavailable/i.test(words)) return 'permission';
  return codes.get(number) ?? 'content_invalid';
}
