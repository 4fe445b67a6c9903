import { headers, streams } from '@trunkline/contracts';
import { overflowedBytesOf } from '../overflow/overflow-store.ts';
import type { BatchLimit, LogPort, StoredMessage } from '../ports.ts';
import { eventsOf, following } from './portal-batch.ts';
import type { PlacedEvent } from './portal-state.ts';

/** Where a reader of a portal's stream stands. */
export interface ReaderPlace {
  /** Nothing that it wants lies in OUTBOX up to this message. */
  readonly outboxSequence: number;
  /** The portal's own sequence that it has. */
  readonly sequence: number;
}

/** What stands after a place. */
export type ReadOn =
  /** At least one, without a hole. */
  | { readonly kind: 'events'; readonly events: readonly PlacedEvent[] }
  /** Nothing yet, as the leader says. */
  | { readonly kind: 'empty' }
  /** The next one is missing: purged, lost, or not as it was stored. */
  | { readonly kind: 'gap' };

/** Messages that may lie between a place and what is wanted, in reads: a cursor is a second behind at most. */
const mostReads = 256;

/**
 * Reads a portal's events after a place; the messages in between that hold nothing new are passed over. Rejects with
 * `unavailable` when the bus does not answer, and when a message cannot be decoded.
 */
export async function readOutbox(
  log: LogPort,
  subject: string,
  place: ReaderPlace,
  limit: BatchLimit,
): Promise<ReadOn> {
  let { outboxSequence } = place;
  for (let reads = 0; reads < mostReads; reads += 1) {
    const read = await log.batchOf(streams.outbox, subject, outboxSequence + 1, limit);
    const { events, hasGap } = following(placed(read), place.sequence);
    if (events.length > 0) return { kind: 'events', events };
    if (isUnreadable(read.at(-1), place)) return { kind: 'gap' };
    // A lagging replica may show nothing: the leader knows, and it knows too whether something is missing.
    const next =
      hasGap || read.length === 0 ? await log.nextOf(streams.outbox, subject, outboxSequence + 1) : undefined;
    if (read.length === 0 && next === undefined) return { kind: 'empty' };
    if (next !== undefined) {
      const found = following(placed([next]), place.sequence);
      if (found.events.length > 0) return { kind: 'events', events: found.events };
      if (found.hasGap || isUnreadable(next, place)) return { kind: 'gap' };
    }
    outboxSequence = next?.sequence ?? read.at(-1)?.sequence ?? outboxSequence;
  }
  return { kind: 'gap' };
}

function placed(messages: readonly StoredMessage[]): PlacedEvent[] {
  const nowMs = performance.now();
  return messages.flatMap((message) => (overflowedBytesOf(message) === undefined ? eventsOf(message, nowMs) : []));
}

/** True for a message that only refers to what is wanted: the object store has it no more, or not as it was. */
function isUnreadable(message: StoredMessage | undefined, { sequence }: ReaderPlace): boolean {
  if (message === undefined || overflowedBytesOf(message) === undefined) return false;
  return Number(message.header(headers.sequence) ?? Number.POSITIVE_INFINITY) > sequence;
}

/** The place behind an event that was read. Pure. */
export function placeBehind({ event, isLast, outboxSequence }: PlacedEvent): ReaderPlace {
  return { outboxSequence: isLast ? outboxSequence : outboxSequence - 1, sequence: event.sequence };
}
