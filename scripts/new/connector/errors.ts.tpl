import { ConnectorError, type SendErrorCode } from '@trunkline/adapter-kit';
import { refusalSchema } from './types.ts';

const codes: Readonly<Record<number, SendErrorCode>> = {
  400: 'content_invalid',
  401: 'auth_revoked',
  403: 'recipient_blocked',
  404: 'recipient_invalid',
  413: 'too_large',
};

/** What a refusal of the platform means. The only place that says so. */
export function failureOf(status: number, said: unknown): ConnectorError {
  const { error, retryAfterSeconds = 1 } = refusalSchema.safeParse(said).data ?? { error: '' };
  const words = error === '' ? `__Title__ answered ${status}` : error;
  if (status === 429) return new ConnectorError('retry_after', words, { retryAfterMs: retryAfterSeconds * 1_000 });
  return new ConnectorError(codes[status] ?? 'transient', words, { platformCode: String(status) });
}
