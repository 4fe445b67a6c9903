import { headers, SealedBatch, streams } from '@trunkline/contracts';
import type { LogPort, StoredMessage } from '../ports.ts';

/** Where one event of a portal's stream lies in OUTBOX. */
export type OutboxPlace =
  /** In this message, at this index of its batch. */
  | { readonly kind: 'found'; readonly outboxSequence: number; readonly index: number; readonly batch: SealedBatch }
  /** OUTBOX holds it no more; this is the first sequence of the portal that it still holds. */
  | { readonly kind: 'purged'; readonly oldestSequence: number }
  /** It was not given yet; this is the last sequence that was, 0: none. */
  | { readonly kind: 'ahead'; readonly headSequence: number };

/**
 * Finds an event of a portal by its sequence (from 1): some thirty direct gets, by halves of the stream. `subject` is the
 * portal's, `outbox.<lane>.<portal>`. Rejects with `unavailable` when the bus does not answer, and when what it holds was
 * purged meanwhile.
 */
export async function outboxPlaceOf(log: LogPort, subject: string, sequence: number): Promise<OutboxPlace> {
  const head = await log.lastOf(streams.outbox, subject);
  if (head === undefined) return { kind: 'ahead', headSequence: 0 };
  const headSequence = lastSequenceOf(head);
  if (headSequence < sequence) return { kind: 'ahead', headSequence };
  const message = await firstReaching(log, head, sequence);
  const batch = SealedBatch.decode(message.data);
  const index = batch.events.findIndex((event) => event.sequence === sequence);
  if (index === -1) return { kind: 'purged', oldestSequence: batch.events[0]?.sequence ?? headSequence };
  return { kind: 'found', outboxSequence: message.sequence, index, batch };
}

/** The first message of the head's subject whose last event reaches a sequence: the head does. */
async function firstReaching(log: LogPort, head: StoredMessage, sequence: number): Promise<StoredMessage> {
  let found = head;
  let [low, high] = [1, head.sequence];
  // Each turn halves what is left: 53 at most.
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    const message = await messageFrom(log, head, middle);
    if (lastSequenceOf(message) < sequence) low = message.sequence + 1;
    else {
      found = message;
      high = middle;
    }
  }
  return found;
}

/** The next message of the head's subject. A replica that lags answers too little, but never out of order. */
async function messageFrom(log: LogPort, head: StoredMessage, from: number): Promise<StoredMessage> {
  const [message] = await log.batchOf(streams.outbox, head.subject, from, { messages: 1, bytes: 1 });
  return message ?? (await log.nextOf(streams.outbox, head.subject, from)) ?? head;
}

/** Portal sequence of the last event inside. */
function lastSequenceOf(message: StoredMessage): number {
  return Number(message.header(headers.sequence) ?? SealedBatch.decode(message.data).events.at(-1)?.sequence ?? 0);
}
