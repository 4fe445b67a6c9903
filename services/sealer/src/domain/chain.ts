import { hash } from 'node:crypto';

const chainBytes = 32;

/** The chain before a portal's first event: zero bytes. */
export const chainStart: Uint8Array = new Uint8Array(chainBytes);

/** A sequence as events carry it: 20 digits, so that it sorts as text. */
export function sequenceText(sequence: bigint | number): string {
  return sequence.toString().padStart(20, '0');
}

/** SHA-256 of a plaintext event: what history keeps to prove later that it would give the same event again. */
export function plaintextHash(plaintext: Uint8Array): Uint8Array {
  return hash('sha256', plaintext, 'buffer');
}

/**
 * The chain as of an event: SHA-256 over previous chain (32 bytes), sequence (20 ASCII digits), id (UTF-8) and the hash of the
 * plaintext (32 bytes). It speaks of the plaintext, so sealing anew, halving a batch and expiry leave it as it is.
 */
export function nextChain(
  previous: Uint8Array,
  event: { readonly sequence: bigint | number; readonly id: string; readonly plaintextHash: Uint8Array },
): Uint8Array {
  if (previous.length !== chainBytes) throw new RangeError('a chain has 32 bytes');
  const named = Buffer.from(sequenceText(event.sequence) + event.id);
  return hash('sha256', Buffer.concat([previous, named, event.plaintextHash]), 'buffer');
}
