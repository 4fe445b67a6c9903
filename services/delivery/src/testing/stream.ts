import { createHash } from 'node:crypto';
import type { SealedEvent } from '@trunkline/contracts';
import { type Cursor, deriveKeys, nextChain, type PortalKeys, sealEvent, start } from '@trunkline/portal-sdk';

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
export interface TestStream {
  /** The next events. They are the next ones again until they are said to be stored. */
  seal(count: number, parts: EventParts): { readonly events: readonly SealedEvent[]; readonly stored: () => void };
}

/** Begins a stream. */
export function createStream(portal: { readonly portalId: string; readonly tenantId: string }): TestStream {
  const keys = deriveKeys(licenceKeyOf(portal.portalId));
  let head = start;
  return {
    seal: (count, parts) => {
      const events: SealedEvent[] = [];
      let last = head;
      while (events.length < count) {
        const { event, cursor } = sealed({ ...portal, keys }, last, parts);
        events.push(event);
        last = cursor;
      }
      return {
        events,
        stored: () => {
          head = last;
        },
      };
    },
  };
}

type Sealing = { readonly portalId: string; readonly tenantId: string; readonly keys: PortalKeys };

function sealed(
  { portalId, tenantId, keys }: Sealing,
  last: Cursor,
  { at = new Date(), conversationId = 'c', traceparent = '' }: EventParts,
): { readonly event: SealedEvent; readonly cursor: Cursor } {
  const sequence = Number(last.sequence) + 1;
  const [id, type] = [`${portalId}-${sequence}`, 'trunkline.message.received.v1'];
  const plaintext = Buffer.from(JSON.stringify({ text: `message ${sequence}` }));
  const named = { id, sequence: sequence.toString().padStart(20, '0') };
  const cursor = { sequence: named.sequence, chain: nextChain(last.chain, { ...named, plaintext }) };
  const cloudEvent = {
    ...{ specversion: '1.0', source: `trunkline/${tenantId}/${portalId}`, type, subject: conversationId },
    ...{ time: at.toISOString(), id, ...cursor, datacontenttype: 'application/jose' },
    data: sealEvent(keys, plaintext),
  };
  const event = {
    ...{ sequence, id, type, conversationId, at, traceparent, kid: 'k' },
    ...{ plaintextHash: createHash('sha256').update(plaintext).digest(), factSequence: sequence, factIndex: 0 },
    ...{ cloudEvent: Buffer.from(JSON.stringify(cloudEvent)), chain: Buffer.from(cursor.chain, 'hex') },
  };
  return { event, cursor };
}
