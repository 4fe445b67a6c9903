import {
  Envelope,
  Fact,
  headers,
  laneOf,
  SealedBatch,
  type SealedEvent,
  streams,
  subjects,
} from '@trunkline/contracts';
import type { InputItem, KeyedEntry, KeyedHead, KeyedItem, KeyedLogDefinition, Overflowing } from '@trunkline/runtime';
import type { KeyUse } from '../domain/key-use.ts';
import { type FileLink, type PlainEvent, portalEvent } from '../domain/portal-event.ts';
import { headOf, type Sealer, sealNext } from '../domain/portal-stream.ts';
import type { ParkedItems } from '../store/parked.ts';

/** What the log needs. */
export interface SealFacts {
  /** The key to seal a portal's events under; undefined when it has none. */
  readonly sealerOf: (portalId: string) => Promise<Sealer | undefined>;
  /** Hears how many events a key sealed; must not wait. */
  readonly keyUsed: (use: KeyUse) => void;
  readonly fileLink: FileLink;
  readonly parked: ParkedItems;
  /** Where what is sealed goes: into the stream, or above a portal's share of it to the object store. */
  readonly overflowing: Overflowing;
}

const maxEvents = 100;
const maxBytes = 256 * 1024;
/** The largest event that a portal must take, before it is sealed. */
const maxEventBytes = 1024 * 1024;

/** The sealer: reads all facts of a lane and writes each portal's numbered, sealed stream. */
export function sealFacts({
  sealerOf,
  keyUsed,
  fileLink,
  parked,
  overflowing,
}: SealFacts): KeyedLogDefinition<PlainEvent> {
  return {
    name: 'sealer',
    input: (lane) => ({ stream: streams.facts, subjects: [subjects.allFacts(lane)] }),
    unpack: (message) => Envelope.decode(message.data).items,
    route: (item) => {
      const event = portalEvent(Fact.decode(item.bytes), fileLink);
      return event ? [{ key: event.portalId, item: event }] : [];
    },
    stream: () => streams.outbox,
    subject: (lane, portalId) => subjects.outbox(lane, portalId),
    positionStream: streams.outbox,
    positionSubject: (lane) => subjects.outboxPosition(lane),
    seal: async (portalId, head, items) => {
      const sealer = await sealerOf(portalId);
      const fits = ({ item }: KeyedItem<PlainEvent>) => item.plaintext.length <= maxEventBytes;
      const left = (some: readonly KeyedItem<PlainEvent>[]) =>
        some.map(({ item, position }) => ({ event: item, position }));
      // What cannot be sealed is kept before anything is numbered, so that the portal's stream has no hole.
      await parked.add('too_large', left(items.filter((item) => !fits(item))));
      const fitting = items.filter(fits);
      if (sealer) {
        const { tenantId = '' } = fitting[0]?.item ?? {};
        if (tenantId !== '') keyUsed({ use: 'sealed', portalId, tenantId, kid: sealer.kid, count: fitting.length });
        const lane = laneOf(tenantId);
        const of = { lane, portalId, subject: subjects.outbox(lane, portalId) };
        return await overflowing.place(of, head, entriesOf(portalId, head, fitting, sealer));
      }
      await parked.add('no_key', left(fitting));
      return [];
    },
    park: (item, error) => parked.addRaw(item satisfies InputItem, error),
  };
}

function entriesOf(
  portalId: string,
  head: KeyedHead,
  items: readonly KeyedItem<PlainEvent>[],
  sealer: Sealer,
): readonly KeyedEntry[] {
  const entries: KeyedEntry[] = [];
  let stream = headOf(head.last?.data);
  let batch: { events: SealedEvent[]; bytes: number; last: KeyedItem<PlainEvent> } | undefined;
  const close = () => {
    if (batch) entries.push(entry(portalId, batch.events, batch.last));
    batch = undefined;
  };
  for (const item of items) {
    const event = sealNext(stream, { event: item.item, storedAtMs: item.storedAtMs, position: item.position }, sealer);
    stream = event;
    const bytes = event.cloudEvent.length;
    if (batch && (batch.events.length >= maxEvents || batch.bytes + bytes > maxBytes)) close();
    batch = { events: [...(batch?.events ?? []), event], bytes: (batch?.bytes ?? 0) + bytes, last: item };
  }
  close();
  return entries;
}

function entry(portalId: string, events: SealedEvent[], last: KeyedItem<PlainEvent>): KeyedEntry {
  const { tenantId } = last.item;
  const sequence = events.at(-1)?.sequence ?? 0;
  return {
    data: SealedBatch.encode({ portalId, tenantId, events, overflow: undefined }).finish(),
    position: last.position,
    headers: { [headers.sequence]: String(sequence) },
  };
}
