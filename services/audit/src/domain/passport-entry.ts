import { type AuditRecord, type HopKind, streams } from '@trunkline/contracts';
import { distinct } from './entry.ts';

/** Where a record stands in Kafka. */
export interface RecordPlace {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
}

/** A record and where it stands. */
export interface PlacedRecord {
  readonly record: AuditRecord;
  readonly place: RecordPlace;
}

/** Sequences of a portal that something is about. */
export interface PortalRange {
  readonly portalId: string;
  readonly first: number;
  readonly last: number;
}

/**
 * One document of the passport's index: everything by which the hops of a few neighbouring messages of one lane of a stream
 * are looked for. What stands in it together need not belong together: only the entries themselves say whose they are.
 */
export interface PassportDocument {
  /** `<stream>.<sequence of the first>.<sequence of the last>` */
  readonly _id: string;
  readonly stream: string;
  /** When the last of them was stored. */
  readonly storedAt: Date;
  readonly topic: string;
  readonly partition: number;
  /** In the order of the stream. */
  readonly offsets: readonly number[];
  /** Tenants of their entries; those of hook calls and attempts have none. */
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
  ...(['delivery.attempted', 'delivery.replayed'] satisfies HopKind[]),
  ...(['events.expired', 'events.parked', 'events.withheld', 'events.skipped', 'keys.used'] satisfies HopKind[]),
];

/** So many messages share a document: each one spares the database work, and costs whoever looks for another one a reading. */
const recordsADocument = 64;

/** Makes the index of records of one lane of a stream; those in which there is nothing to find are left out. Pure. */
export function passportEntries(records: readonly PlacedRecord[]): PassportDocument[] {
  const told = records.filter(({ record }) => record.entries.length > 0);
  const documents: PassportDocument[] = [];
  for (let from = 0; from < told.length; from += recordsADocument) {
    const document = documentOf(told.slice(from, from + recordsADocument));
    if (document !== undefined) documents.push(document);
  }
  return documents;
}

function documentOf(placed: readonly PlacedRecord[]): PassportDocument | undefined {
  const [first, last] = [placed[0], placed.at(-1)];
  if (first === undefined || last === undefined) return undefined;
  const { stream, sequence } = first.record;
  const { topic, partition } = first.place;
  const entries = placed.flatMap(({ record }) => record.entries);
  const messages = entries.filter(({ kind }) => messageKinds.includes(kind));
  const messageTenantIds = distinct(messages.map(({ tenantId }) => tenantId));
  const ranges = stream === streams.deliveries ? entries.map(rangeOf) : [];
  return {
    ...{ _id: `${stream}.${sequence}.${last.record.sequence}`, stream, storedAt: last.record.storedAt ?? new Date(0) },
    ...{ topic, partition, offsets: placed.map(({ place }) => place.offset) },
    ids: distinct(entries.flatMap(idsOf)),
    tenantIds: distinct(entries.map(({ tenantId }) => tenantId)),
    portalIds: distinct(entries.map(({ portalId }) => portalId)),
    conversationIds: distinct(entries.map(({ conversationId }) => conversationId)),
    ...(messageTenantIds.length > 0 ? { messageTenantIds } : {}),
    ...(ranges.length > 0 ? { ranges } : {}),
  };
}

function idsOf({ id, kind, outcome, messageIds, platformIds }: AuditRecord['entries'][number]): readonly string[] {
  const hasOwnId = kind === 'hook.received' ? outcome !== 'stored' : !placeKinds.includes(kind);
  return [...(hasOwnId ? [id] : []), ...messageIds, ...platformIds];
}

function rangeOf({ portalId, sequence, lastSequence }: AuditRecord['entries'][number]): PortalRange {
  return { portalId, first: sequence, last: lastSequence };
}
