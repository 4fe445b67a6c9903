import type { BatchItem } from '@trunkline/runtime';
import type { SealedUndelivered } from '../store/undelivered.ts';

/**
 * A kept event as an element of a replay's batch: its bytes as they were sealed, and the attribute `replay` before them. They
 * are not parsed: a CloudEvent begins with its brace, and the order of its members is free. Pure.
 */
export function replayItem({ eventId, sequence, cloudEvent }: SealedUndelivered, replay: number): BatchItem {
  const bytes = Buffer.concat([Buffer.from(`{"replay":${replay},`), cloudEvent.subarray(1)]);
  return { sequence, id: eventId, bytes, traceparent: '' };
}
