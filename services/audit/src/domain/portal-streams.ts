import { DeliveryRecord, type HopKind, ids, type PendingNotice, SealedBatch } from '@trunkline/contracts';
import { type ClearEntry, entryOf, type Place, type Said } from './entry.ts';

/** What a range that was given up is called. */
const givenUpHops: Readonly<Record<string, HopKind>> = {
  expired: 'events.expired',
  parked: 'events.parked',
  withheld: 'events.withheld',
  skipped: 'events.skipped',
};

/** Entries of a message of OUTBOX: events of one portal, sealed and waiting. Pure; throws when it is no batch. */
export function outboxEntries(place: Place, data: Uint8Array): ClearEntry[] {
  const { portalId, tenantId, events } = SealedBatch.decode(data);
  return events.map(({ id, conversationId, sequence, traceparent }, index) => {
    const said = { id, tenantId, portalId, conversationId, sequence, traceparent, messageIds: [id] };
    return { entry: entryOf(place, index, { kind: 'event.sealed', service: 'sealer', outcome: 'queued', ...said }) };
  });
}

/**
 * Entries of a message of DELIVERIES: what was tried, and what was given up since. A record that only repeats where
 * everything stands has none. Pure; throws when it is no record.
 */
export function deliveryEntries(place: Place, data: Uint8Array): ClearEntry[] {
  const { attempts, cursors, isFull } = DeliveryRecord.decode(data);
  const tried = attempts.map((attempt): Said => {
    const { portalId, firstSequence, lastSequence, accepted, at, durationMs, outcome } = attempt;
    const { httpStatus, traceparent, replay, strand } = attempt;
    // A portal may take the first few of a batch: the others are tried again. Between those of a strand are others', so it says itself.
    const isCounted = outcome === 'accepted' && accepted > 0 && strand === '';
    const last = isCounted ? firstSequence + accepted - 1 : lastSequence;
    const range = { portalId, sequence: firstSequence, lastSequence: Math.min(last, lastSequence), strand };
    const told = { outcome, durationMs, httpStatus, traceparent, attempt: attempt.attempt, replay };
    return {
      kind: replay > 0 ? 'delivery.replayed' : 'delivery.attempted',
      ...range,
      ...told,
      ...(at === undefined ? {} : { at }),
    };
  });
  const givenUp = (isFull ? [] : cursors).flatMap(({ portalId, notices, strands }) => [
    ...notices.map((notice) => givenUpOf(portalId, notice, '')),
    ...strands.flatMap((strand, index) =>
      strand.notices.map((notice) => givenUpOf(portalId, notice, `${index}/${strands.length}`)),
    ),
  ]);
  return [...tried, ...givenUp].map((said, index) => {
    const id = ids.at(place.stream, place.sequence, index);
    return { entry: entryOf(place, index, { id, service: 'delivery', ...said }) };
  });
}

function givenUpOf(portalId: string, { kind, fromSequence, toSequence, at }: PendingNotice, strand: string): Said {
  const range = { portalId, sequence: fromSequence, lastSequence: toSequence, strand };
  const id = ids.notice(portalId, fromSequence, toSequence);
  const hop = givenUpHops[kind] ?? 'events.parked';
  return { kind: hop, id, outcome: kind, ...range, ...(at === undefined ? {} : { at }) };
}
