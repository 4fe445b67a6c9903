import { createHmac, timingSafeEqual } from 'node:crypto';

/** A portal's call as it came: the three headers of Standard Webhooks and the untouched body. */
export interface SignedCall {
  readonly webhookId: string;
  readonly webhookTimestamp: string;
  readonly webhookSignature: string;
  readonly body: Uint8Array;
}

/** Why a call is not believed. */
export type NotVerified = 'missing_headers' | 'bad_timestamp' | 'old_timestamp' | 'bad_signature';

const toleranceMs = 5 * 60_000;
const maxSignatures = 8;

function matches(signature: string, expected: string): boolean {
  const [given, wanted] = [Buffer.from(signature), Buffer.from(expected)];
  return given.length === wanted.length && timingSafeEqual(given, wanted);
}

/** Verifies a portal's call by any of its valid signing keys. Nothing wrong: undefined. Constant in time, never throws. */
export function verifyCall(
  call: SignedCall,
  signingKeys: readonly Uint8Array[],
  nowMs: number,
): NotVerified | undefined {
  const { webhookId, webhookTimestamp, webhookSignature, body } = call;
  if (webhookId === '' || webhookTimestamp === '' || webhookSignature === '') return 'missing_headers';
  if (!/^\d{1,12}$/.test(webhookTimestamp)) return 'bad_timestamp';
  if (Math.abs(nowMs - Number(webhookTimestamp) * 1000) > toleranceMs) return 'old_timestamp';
  const head = `${webhookId}.${webhookTimestamp}.`;
  const signatures = webhookSignature.split(' ', maxSignatures);
  for (const key of signingKeys) {
    const expected = `v1,${createHmac('sha256', key).update(head).update(body).digest('base64')}`;
    if (signatures.some((signature) => matches(signature, expected))) return undefined;
  }
  return 'bad_signature';
}
