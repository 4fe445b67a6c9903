import { createHmac, type KeyObject } from 'node:crypto';
import { headers } from '@trunkline/contracts';

/** Which events of which portal a request holds. */
export interface BatchName {
  readonly portalId: string;
  /** Sequence of the first event. */
  readonly first: number | bigint;
  /** Sequence of the last event. */
  readonly last: number | bigint;
  /** Number of the replay, for events that are sent again because somebody asked. */
  readonly replay?: number | undefined;
}

/** The `webhook-id` of a batch: the same at each try of the same events. Holds no full stop, because the signed text is cut by them. */
export function webhookId({ portalId, first, last, replay }: BatchName): string {
  return `${portalId}_${first}_${last}${replay === undefined ? '' : `_r${replay}`}`;
}

/**
 * The headers of Standard Webhooks for one request. `body` are the exact bytes that are sent; `signingKeys` are the portal's
 * derived keys, all that are valid: while a licence key is being replaced the portal may know either.
 */
export function signatureHeaders(
  name: BatchName,
  body: Uint8Array,
  signingKeys: readonly KeyObject[],
  nowMs: number,
): Record<string, string> {
  return signedHeaders(webhookId(name), body, signingKeys, nowMs);
}

/** The same for whatever has an id, which holds no full stop. */
export function signedHeaders(
  id: string,
  body: Uint8Array,
  signingKeys: readonly KeyObject[],
  nowMs: number,
): Record<string, string> {
  const timestamp = String(Math.floor(nowMs / 1000));
  const signatures = signingKeys.map((key) => {
    return `v1,${createHmac('sha256', key).update(`${id}.${timestamp}.`).update(body).digest('base64')}`;
  });
  return {
    [headers.webhookId]: id,
    [headers.webhookTimestamp]: timestamp,
    [headers.webhookSignature]: signatures.join(' '),
  };
}
