import {
  appLimit,
  ConnectorError,
  type GraphFailure,
  type PauseScope,
  type SendErrorCode,
} from '@trunkline/adapter-kit';

const codes: Readonly<Partial<Record<SendErrorCode, readonly number[]>>> = {
  auth_revoked: [0, 33, 190, 368, 131_031, 131_045, 133_010],
  // 130497 is about one country alone and 131042 about what costs money: neither may stop the whole channel.
  // What Meta held back, or the person does not want of it (131049, 130472, 131050), is about advertising alone.
  permission: [3, 10, 131_005, 131_042, 130_497, 131_049, 130_472, 131_050],
  retry_after: [4, 80_007, 130_429, 133_016, 131_056, 131_048],
  window_closed: [470, 131_047],
  recipient_invalid: [131_026, 131_021, 131_030],
  transient: [1, 2, 131_000, 131_016, 131_057, 133_004],
  content_invalid: [100, 131_008, 131_009, 131_051],
  media_failed: [131_052, 131_053],
};

const known = new Map(
  Object.entries(codes).flatMap(([ours, theirs]) => theirs.map((code) => [code, ours as SendErrorCode])),
);

/** Only its usage header may say how long. */
const pauses: Readonly<Record<number, number>> = { 4: 60, 80007: 60, 131048: 3_600, 131056: 6, 133016: 3_600 };
/** Whom a limit holds back; all others are the number's. */
const scopes: Readonly<Record<number, PauseScope>> = { [appLimit]: 'app', 80007: 'account', 131056: 'conversation' };

/** What a person has to look after. */
const alerts: Readonly<Record<number, string>> = {
  131048:
    'WhatsApp holds this number back, because people blocked or reported it: see its quality in the WhatsApp Manager.',
  131042: 'WhatsApp sends nothing that costs money: see the payment settings of the business account.',
};

/** Our code of a refusal: by the platform's number, never by its words. */
export function codeOf({ code, status = 400 }: { readonly code: number; readonly status?: number }): SendErrorCode {
  const found = known.get(code);
  if (found !== undefined) return found;
  if (code >= 200 && code < 300) return 'permission';
  if (code >= 132_000 && code < 133_000) return 'content_invalid';
  if (status === 429) return 'retry_after';
  if (status === 401) return 'auth_revoked';
  if (status === 403) return 'permission';
  return status >= 500 ? 'transient' : 'content_invalid';
}

/** A refusal as an error: the platform did nothing. */
export function refusal(failure: GraphFailure): ConnectorError {
  const code = codeOf(failure);
  const detail = { platformCode: String(failure.code), alert: alerts[failure.code] };
  if (code !== 'retry_after') return new ConnectorError(code, failure.message, detail);
  const retryAfterMs = failure.regainMs ?? (pauses[failure.code] ?? 1) * 1_000;
  return new ConnectorError(code, failure.message, {
    ...detail,
    retryAfterMs,
    scope: scopes[failure.code] ?? 'channel',
    isGuess: failure.regainMs === undefined,
  });
}
