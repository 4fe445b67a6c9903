import { hash } from 'node:crypto';
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

/** Records of one topic, in the document's lane. */
export interface TopicPlaces {
  readonly topic: string;
  readonly offsets: readonly number[];
}

/**
 * One document of the passport's index: everything by which the hops of neighbouring messages of one lane are looked for, of
 * whatever stream. A message that passes several of them in a moment stands here once, and each of its ids costs one entry
 * of an index. What stands in it together need not belong together: only the entries themselves say whose they are.
 */
export interface PassportDocument {
  /** The time of the last of them, then a hash of all their places on the bus: the same messages are never there twice. */
  readonly _id: string;
  /** When the last of them was stored. */
  readonly storedAt: Date;
  /** Lane, which is the partition too. */
  readonly lane: number;
  /** Where they stand in Kafka. */
  readonly places: readonly TopicPlaces[];
  /** Tenants of their entries; those of hook calls and attempts have none. */
  readonly tenantIds: readonly string[];
  /** Ours and the platforms': of messages, events, commands, timers. */
  readonly ids: readonly string[];
  readonly portalIds: readonly string[];
  /** Those of the portals of which no entry here says whose they are: they have attempts alone. */
  readonly onlyTriedPortalIds: readonly string[];
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
const recordsADocument = 256;

/** Makes the index of records; those in which there is nothing to find are left out. Pure. */
export function passportEntries(records: readonly PlacedRecord[]): PassportDocument[] {
  const told = records.filter(({ record }) => record.entries.length > 0);
  return [...Map.groupBy(told, ({ place }) => place.partition).values()].flatMap((ofLane) => {
    // Streams come one by one: by time the hops of one message stand together.
    const inTime = ofLane.toSorted((a, b) => storedAtOf(a).getTime() - storedAtOf(b).getTime());
    const parts = Math.ceil(inTime.length / recordsADocument);
    return Array.from({ length: parts }, (_, part) =>
      documentOf(inTime.slice(part * recordsADocument, (part + 1) * recordsADocument)),
    );
  });
}

function documentOf(placed: readonly PlacedRecord[]): PassportDocument {
  const storedAt = placed.map(storedAtOf).at(-1) ?? new Date(0);
  const entries = placed.flatMap(({ record }) => record.entries);
  const messages = entries.filter(({ kind }) => messageKinds.includes(kind));
  const messageTenantIds = distinct(messages.map(({ tenantId }) => tenantId));
  const ranges = placed.flatMap(({ record }) =>
    record.stream === streams.deliveries ? record.entries.map(rangeOf) : [],
  );
  const portalIds = distinct(entries.map(({ portalId }) => portalId));
  const owned = new Set(entries.map(({ portalId, tenantId }) => (tenantId === '' ? '' : portalId)));
  return {
    ...{ _id: `${storedAt.getTime()}.${hashOf(placed)}`, storedAt },
    ...{ lane: placed[0]?.place.partition ?? 0, places: placesOf(placed) },
    ids: distinct(entries.flatMap(idsOf)),
    tenantIds: distinct(entries.map(({ tenantId }) => tenantId)),
    portalIds,
    onlyTriedPortalIds: portalIds.filter((id) => !owned.has(id)),
    conversationIds: distinct(entries.map(({ conversationId }) => conversationId)),
    ...(messageTenantIds.length > 0 ? { messageTenantIds } : {}),
    ...(ranges.length > 0 ? { ranges } : {}),
  };
}

function storedAtOf({ record }: PlacedRecord): Date {
  return record.storedAt ?? new Date(0);
}

function hashOf(placed: readonly PlacedRecord[]): string {
  return hash('sha1', placed.map(({ record }) => `${record.stream}.${record.sequence}`).join(), 'hex');
}

function placesOf(placed: readonly PlacedRecord[]): TopicPlaces[] {
  const byTopic = Map.groupBy(placed, ({ place }) => place.topic);
  return [...byTopic].map(([topic, own]) => ({ topic, offsets: own.map(({ place }) => place.offset) }));
}

function idsOf({ id, kind, outcome, messageIds, platformIds }: AuditRecord['entries'][number]): readonly string[] {
  const hasOwnId = kind === 'hook.received' ? outcome !== 'stored' : !placeKinds.includes(kind);
  return [...(hasOwnId ? [id] : []), ...messageIds, ...platformIds];
}

function rangeOf({ portalId, sequence, lastSequence }: AuditRecord['entries'][number]): PortalRange {
  return { portalId, first: sequence, last: lastSequence };
}
