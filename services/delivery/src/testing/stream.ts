import { createHash } from 'node:crypto';
import type { SealedEvent } from '@trunkline/contracts';
import { deriveKeys, nextChain, sealEvent, start } from '@trunkline/portal-sdk';

/** The licence key of a test's portal. */
export function licenceKeyOf(portalId: string): string {
  const secret = createHash('sha256').update(`licence of ${portalId}`).digest();
  const checksum = createHash('sha256').update(secret).digest().subarray(0, 4);
  return `tlk_${Buffer.concat([secret, checksum]).toString('base64url')}`;
}

/** Key that a portal's requests are signed with. */
export function signingKeyOf(portalId: string): Buffer {
  return deriveKeys(licenceKeyOf(portalId)).signingKey.export();
}

/** What of an event a test may choose. */
export type EventParts = Partial<Pick<SealedEvent, 'at' | 'conversationId' | 'traceparent'>>;

/** A portal's stream as the sealer makes it: numbered, chained, sealed so that its receiver can open it. */
export function createStream({ portalId, tenantId }: { readonly portalId: string; readonly tenantId: string }) {
  const keys = deriveKeys(licenceKeyOf(portalId));
  let head = start;
  return {
    next: ({ at = new Date(), conversationId = 'c', traceparent = '' }: EventParts): SealedEvent => {
      const sequence = Number(head.sequence) + 1;
      const id = `${portalId}-${sequence}`;
      const plaintext = Buffer.from(JSON.stringify({ text: `message ${sequence}` }));
      const named = { id, sequence: sequence.toString().padStart(20, '0') };
      head = { sequence: named.sequence, chain: nextChain(head.chain, { ...named, plaintext }) };
      const type = 'trunkline.message.received.v1';
      const event = {
        ...{ specversion: '1.0', source: `trunkline/${tenantId}/${portalId}`, type, subject: conversationId },
        ...{ time: at.toISOString(), id, ...head, datacontenttype: 'application/jose' },
        data: sealEvent(keys, plaintext),
      };
      return {
        ...{ sequence, id, type, conversationId, at, traceparent, kid: keys.kid },
        ...{ plaintextHash: createHash('sha256').update(plaintext).digest(), factSequence: sequence, factIndex: 0 },
        ...{ cloudEvent: Buffer.from(JSON.stringify(event)), chain: Buffer.from(head.chain, 'hex') },
      };
    },
  };
}
