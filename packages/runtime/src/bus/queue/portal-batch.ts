import { SealedBatch } from '@trunkline/contracts';
import { TrunklineError } from '../../errors.ts';
import { totalsOf } from '../overflow/totals.ts';
import type { StoredMessage } from '../ports.ts';
import type { BatchItem } from './portal-ports.ts';
import type { PlacedEvent } from './portal-state.ts';

/** The events of a message of the stream with their places. Throws when it cannot be decoded, or only refers to them. Pure. */
export function eventsOf(message: StoredMessage, readAtMs: number): PlacedEvent[] {
  const { events, tenantId, overflow } = SealedBatch.decode(message.data);
  if (overflow !== undefined) {
    const [first, last] = [events[0]?.sequence ?? 0, events.at(-1)?.sequence ?? 0];
    throw new TrunklineError('internal', `events ${first} to ${last} cannot be read back whole from the object store`);
  }
  const totals = totalsOf(message);
  return events.map((event, index) => {
    const isLast = index === events.length - 1;
    return { outboxSequence: message.sequence, index, isLast, tenantId, event, totals, readAtMs };
  });
}

/** The events that follow a sequence without a hole, and whether something else stands in their way. Pure. */
export function following(
  events: readonly PlacedEvent[],
  sequence: number,
): { readonly events: PlacedEvent[]; readonly hasGap: boolean } {
  const next: PlacedEvent[] = [];
  let expected = sequence + 1;
  for (const placed of events) {
    if (placed.event.sequence < expected) continue;
    if (placed.event.sequence > expected) return { events: next, hasGap: true };
    next.push(placed);
    expected += 1;
  }
  return { events: next, hasGap: false };
}

/** How many of the events, which are in order, are older than the retention. Pure. */
export function expiredOf(events: readonly PlacedEvent[], beforeMs: number): number {
  const fresh = events.findIndex((placed) => !isExpired(placed, beforeMs));
  return fresh === -1 ? events.length : fresh;
}

/** True if an event was stored at that time or before. One that does not tell never expires. Pure. */
export function isExpired({ event }: PlacedEvent, beforeMs: number): boolean {
  return event.at !== undefined && event.at.getTime() <= beforeMs;
}

/** An event as an element of a batch. Pure. */
export function itemOf({ event }: PlacedEvent): BatchItem {
  return { sequence: event.sequence, id: event.id, bytes: event.cloudEvent, traceparent: event.traceparent };
}

/** Bytes beside the elements' own: brackets, and a comma each. */
const commaBytes = 1;

/** The first items that fit into one request; always one, however large. Pure. */
export function fitting(
  items: readonly BatchItem[],
  limit: { readonly events: number; readonly bytes: number },
): BatchItem[] {
  let bytes = commaBytes;
  let count = 0;
  for (const item of items) {
    bytes += item.bytes.length + commaBytes;
    if (count > 0 && (count >= limit.events || bytes > limit.bytes)) break;
    count += 1;
  }
  return items.slice(0, count);
}
