import { createHash } from 'node:crypto';

/** A receiver's position in its portal's stream: the last event taken and the chain as of it. Plain JSON: store it as it is. */
export interface Cursor {
  /** 20 digits; compares as text. */
  readonly sequence: string;
  /** 64 hex characters. */
  readonly chain: string;
  /** Of a parallel portal: the strand that it is the position in, as `3/4`. Store one cursor a strand, and keep the others. */
  readonly strand?: string | undefined;
}

/** Before the first event: sequence 0 and a chain of 32 zero bytes. */
export const start: Cursor = { sequence: '0'.repeat(20), chain: '0'.repeat(64) };

/** The sequence that must follow `sequence`. */
export function nextSequence(sequence: string): string {
  return (BigInt(sequence) + 1n).toString().padStart(20, '0');
}

/** The event of which the next chain speaks. */
export interface ChainedEvent {
  /** 20 digits. */
  readonly sequence: string;
  readonly id: string;
  /** The opened bytes, exactly as they were sealed. */
  readonly plaintext: Uint8Array;
}

/**
 * SHA-256 over: previous chain (32 bytes), sequence (20 ASCII digits), id (UTF-8), SHA-256 of the plaintext (32 bytes).
 * Only the id varies in length, so the joined bytes read one way. Takes and returns 64 hex characters.
 */
export function nextChain(previous: string, event: ChainedEvent): string {
  return createHash('sha256')
    .update(Buffer.from(previous, 'hex'))
    .update(event.sequence)
    .update(event.id)
    .update(createHash('sha256').update(event.plaintext).digest())
    .digest('hex');
}
