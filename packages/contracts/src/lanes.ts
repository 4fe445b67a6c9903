import { createHash } from 'node:crypto';

/** How many lanes there are. Fixed for the life of an installation: a tenant's lane follows from it. */
export const laneCount = 8;

/** All lanes, 0 to laneCount - 1. */
export const lanes: readonly number[] = Array.from({ length: laneCount }, (_, lane) => lane);

/** Lanes that were asked for lately: every message asks for its tenant's in every process, and whoever looks through all channels. */
const known = new Map<string, number>();
const mostKnown = 65_536;

/** The lane of a tenant: the first four bytes of SHA-256 of its id, modulo laneCount. Pure. */
export function laneOf(tenantId: string): number {
  const found = known.get(tenantId);
  if (found !== undefined) return found;
  const lane = createHash('sha256').update(tenantId).digest().readUInt32BE(0) % laneCount;
  if (known.size >= mostKnown) known.clear();
  known.set(tenantId, lane);
  return lane;
}

/**
 * The strand of a conversation: the first four bytes of SHA-256 of its id, modulo the number of the portal's strands. What belongs
 * to no conversation is in the strand of the empty text. Receivers compute it too: it never changes. Pure.
 */
export function strandOf(conversationId: string, count: number): number {
  return createHash('sha256').update(conversationId).digest().readUInt32BE(0) % count;
}
