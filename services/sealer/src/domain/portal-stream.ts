import { type Position, SealedBatch, SealedEvent } from '@trunkline/contracts';
import { chainStart, nextChain, plaintextHash } from './chain.ts';
import { cloudEvent } from './cloud-event.ts';
import type { PlainEvent } from './portal-event.ts';

/** Where a portal's stream stands. */
export interface StreamHead {
  /** Last sequence given; 0 before the first. */
  readonly sequence: number;
  /** Chain as of that sequence. */
  readonly chain: Uint8Array;
}

/** One event with the place of its fact, and when that was stored. */
export interface Placed {
  readonly event: PlainEvent;
  readonly storedAtMs: number;
  readonly position: Position;
}

/** Seals a plaintext under one key. */
export interface Sealer {
  readonly kid: string;
  readonly seal: (plaintext: Uint8Array) => string;
}

/** The head that a portal's last batch tells; the start when there is none. Throws on bytes that are no batch. */
export function headOf(lastBatch: Uint8Array | undefined): StreamHead {
  const last = lastBatch && SealedBatch.decode(lastBatch).events.at(-1);
  return last ? { sequence: last.sequence, chain: last.chain } : { sequence: 0, chain: chainStart };
}

/** Numbers and seals the next event of a portal. Each event's chain stands on the former one's. */
export function sealNext(head: StreamHead, placed: Placed, sealer: Sealer): SealedEvent {
  const { event, storedAtMs, position } = placed;
  const sequence = head.sequence + 1;
  const hashed = plaintextHash(event.plaintext);
  const chain = nextChain(head.chain, { sequence, id: event.id, plaintextHash: hashed });
  const at = new Date(storedAtMs);
  const { id, tenantId, portalId, type, conversationId, traceparent } = event;
  const attributes = { id, tenantId, portalId, type, time: at, sequence, chain };
  const outside = { ...attributes, subject: conversationId || undefined, traceparent: traceparent || undefined };
  return SealedEvent.fromPartial({
    sequence,
    id,
    type,
    conversationId,
    at,
    cloudEvent: cloudEvent(outside, sealer.seal(event.plaintext)),
    chain: Buffer.from(chain),
    kid: sealer.kid,
    traceparent,
    plaintextHash: Buffer.from(hashed),
    factSequence: position.sequence,
    factIndex: position.index,
  });
}
