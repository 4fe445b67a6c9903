import { type AuditRecord, type HopKind, streams } from '@trunkline/contracts';
import { distinct } from './entry.ts';

/** Where a record stands in Kafka. */
export interface RecordPlace {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
}

/** Sequences of a portal that something is about. */
export interface PortalRange {
  readonly portalId: string;
  readonly first: number;
  readonly last: number;
}

/** One document of the passport's index: everything by which the hops of one message of the bus are looked for. */
export interface PassportDocument extends RecordPlace {
  /** `<stream>.<sequence>`. */
  readonly _id: string;
  readonly stream: string;
  readonly storedAt: Date;
  /** Tenants of its entries; those of hook calls and attempts have none. */
  readonly tenantIds: readonly string[];
  /** Ours and the platforms': of messages, events, commands, timers. */
  readonly ids: readonly string[];
  readonly portalIds: readonly string[];
  readonly conversationIds: readonly string[];
  /** Tenants that a message was written by or to, here; absent when there are none. */
  readonly messageTenantIds?: readonly string[];
  /** Of attempts to deliver; absent when there are none. */
  readonly ranges?: readonly PortalRange[];
}

/** What counts as a message for "the last one". */
export const messageKinds: readonly string[] = ['messages.received', 'messages.submitted'] satisfies HopKind[];

/** Ids that were made of a place alone: nobody looks for them. */
const placeKinds: readonly string[] = [
  ...(['send.result', 'send.attempted', 'file.copied'] satisfies HopKind[]),
  ...(['delivery.attempted', 'events.expired', 'events.parked'] satisfies HopKind[]),
];

/** Makes the index of a record; undefined when there is nothing to find in it. Pure. */
export function passportEntry(record: AuditRecord, place: RecordPlace): PassportDocument | undefined {
  const { stream, sequence, entries, storedAt = new Date(0) } = record;
  if (entries.length === 0) return undefined;
  const hasOwnId = (kind: string, outcome: string) =>
    kind === 'hook.received' ? outcome !== 'stored' : !placeKinds.includes(kind);
  const ids = entries.flatMap(({ id, kind, outcome, messageIds, platformIds }) => [
    ...(hasOwnId(kind, outcome) ? [id] : []),
    ...messageIds,
    ...platformIds,
  ]);
  const messages = entries.filter(({ kind }) => messageKinds.includes(kind));
  const messageTenantIds = distinct(messages.map(({ tenantId }) => tenantId));
  const ranges = stream === streams.deliveries ? entries.map(rangeOf) : [];
  return {
    ...{ _id: `${stream}.${sequence}`, stream, storedAt, ...place },
    ids: distinct(ids),
    tenantIds: distinct(entries.map(({ tenantId }) => tenantId)),
    portalIds: distinct(entries.map(({ portalId }) => portalId)),
    conversationIds: distinct(entries.map(({ conversationId }) => conversationId)),
    ...(messageTenantIds.length > 0 ? { messageTenantIds } : {}),
    ...(ranges.length > 0 ? { ranges } : {}),
  };
}

function rangeOf({ portalId, sequence, lastSequence }: AuditRecord['entries'][number]): PortalRange {
  return { portalId, first: sequence, last: lastSequence };
}
