import { deriveKeys, sealEvent, sign } from '@trunkline/portal-sdk';

/** A call of a portal with one message, sealed and signed by the portal's own code. */
export function callOf(
  portalId: string,
  licenceKey: string,
  message: object,
  more: { at?: number; body?: string } = {},
) {
  const keys = deriveKeys(licenceKey);
  const event = {
    ...{ specversion: '1.0', id: 'k1', source: `portal/${portalId}`, type: 'trunkline.message.submit.v1' },
    ...{ datacontenttype: 'application/jose', data: sealEvent(keys, JSON.stringify(message)) },
  };
  const body = more.body ?? JSON.stringify([event]);
  const signed = sign({ id: 'call', timestampSeconds: Math.floor((more.at ?? Date.now()) / 1_000), body }, [keys]);
  return {
    portalId,
    webhookId: signed['webhook-id'],
    webhookTimestamp: signed['webhook-timestamp'],
    webhookSignature: signed['webhook-signature'],
    body: Buffer.from(body),
  };
}
