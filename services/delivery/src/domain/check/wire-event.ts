import { createHash } from 'node:crypto';
import { ConversationKind, Origin, PortalEvent } from '@trunkline/contracts';

/** A CloudEvent of a portal's stream as it stands in a batch. */
export interface WireEvent {
  readonly id: string;
  readonly sequence: string;
  readonly chain: string;
  readonly data: unknown;
  readonly replay?: number;
  readonly [attribute: string]: unknown;
}

/** A sequence as events carry it: 20 digits, so that it sorts as text. Pure. */
export function sequenceText(sequence: number): string {
  return sequence.toString().padStart(20, '0');
}

/** The chain as of an event. Written apart from the sealer's, as no service imports another; a receiver compares the two. Pure. */
export function nextChain(previous: string, event: Pick<WireEvent, 'sequence' | 'id'>, plaintext: Uint8Array): string {
  const content = createHash('sha256').update(plaintext).digest();
  const hash = createHash('sha256').update(Buffer.from(previous, 'hex'));
  return hash.update(event.sequence).update(event.id).update(content).digest('hex');
}

/** Conversation of what is sent, where it does not matter which. */
export const usualConversation = 'trunkline-check';

/** A message as a client's would be, that nobody can take for one. Pure. */
export function messagePlaintext(id: string, text: string, sentAt: Date, conversation = usualConversation): Buffer {
  const event = PortalEvent.fromPartial({
    id,
    channel: { id: 'trunkline-check', connector: 'webchat', name: 'Trunkline check', lineId: 'trunkline-check' },
    conversation: { id: conversation, kind: ConversationKind.CONVERSATION_KIND_PRIVATE, number: 1 },
    contact: { id: 'trunkline-check', displayName: 'Trunkline check' },
    event: {
      $case: 'messageReceived',
      value: {
        ...{ id, origin: Origin.ORIGIN_CONTACT, sentAt },
        content: { kind: { $case: 'text', value: { plain: text } } },
      },
    },
  });
  return Buffer.from(JSON.stringify(PortalEvent.toJSON(event)));
}

/** What an event of a kind that does not exist yet may hold. Pure. */
export function unheardPlaintext(id: string): Buffer {
  return Buffer.from(JSON.stringify({ id, somethingNew: { text: 'of a later year' } }));
}

/** The event with its sealed bytes spoilt: nobody can open it. Pure. */
export function damaged(event: WireEvent): WireEvent {
  const [header, , iv, sealed] = String(event.data).split('.');
  return { ...event, data: [header, '', iv, sealed, 'A'.repeat(22)].join('.') };
}

/** The event as if it were sealed under a key that the receiver was never given. Pure. */
export function underAnotherKey(event: WireEvent): WireEvent {
  const [, ...rest] = String(event.data).split('.');
  const header = Buffer.from('{"alg":"dir","enc":"A256GCM","kid":"00000000c4ecc4ec"}').toString('base64url');
  return { ...event, data: [header, ...rest].join('.') };
}
