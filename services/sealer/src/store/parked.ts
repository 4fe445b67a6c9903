import { ids, type Position, streams } from '@trunkline/contracts';
import type { Collection, InputItem } from '@trunkline/runtime';
import type { Kek } from '../domain/kek.ts';
import type { PlainEvent } from '../domain/portal-event.ts';

/** Something that could not be sealed: kept before it is numbered. */
export interface ParkedDocument {
  readonly _id: string;
  readonly portalId: string;
  readonly eventId: string;
  /** Place in FACTS, so that they can be sealed later in their order. */
  readonly sequence: number;
  readonly index: number;
  readonly code: 'no_key' | 'too_large' | 'poison';
  readonly reason: string;
  /** The bytes, sealed under the key-encryption key. */
  readonly sealed: string;
  readonly parkedAt: Date;
}

/** An event with its place. */
export interface UnsealedEvent {
  readonly event: PlainEvent;
  readonly position: Position;
}

/** Keeps what could not be sealed. Repeats change nothing. */
export interface ParkedItems {
  readonly add: (code: keyof typeof reasons, events: readonly UnsealedEvent[]) => Promise<void>;
  readonly addRaw: (item: InputItem, error: unknown) => Promise<void>;
}

const reasons = {
  no_key: 'The portal has no licence key, or none that is whole. Make one by SealingService.RotateKey.',
  too_large: 'The event is larger than a portal takes.',
};

/** What {@link parkedItems} wants. */
export interface ParkedParts {
  readonly kek: Kek;
  readonly now: () => number;
  /** Hears how many were kept that were not there. */
  readonly counted: (code: ParkedDocument['code'], count: number) => void;
}

/** Reads and writes the collection. */
export function parkedItems(collection: Collection<ParkedDocument>, { kek, now, counted }: ParkedParts): ParkedItems {
  const keep = async (code: ParkedDocument['code'], documents: readonly ParkedDocument[]) => {
    if (documents.length === 0) return;
    const operations = documents.map((document) => ({
      updateOne: { filter: { _id: document._id }, update: { $setOnInsert: document }, upsert: true },
    }));
    const done = await collection.bulkWrite(operations, { ordered: false, timeoutMS: 5_000 });
    counted(code, done.upsertedCount);
  };
  const place = ({ sequence, index }: Position) => {
    const parkedAt = new Date(now());
    return { _id: ids.at(streams.facts, sequence, index), sequence, index, parkedAt };
  };
  return {
    add: (code, events) => {
      const documents = events.map(({ event, position }) => ({
        ...place(position),
        ...{ portalId: event.portalId, eventId: event.id, code, reason: reasons[code] },
        sealed: kek.seal(event.plaintext),
      }));
      return keep(code, documents);
    },
    addRaw: (item, error) => {
      const reason = error instanceof Error ? error.message : String(error);
      const known = { portalId: '', eventId: '', code: 'poison', reason, sealed: kek.seal(item.bytes) } as const;
      return keep('poison', [{ ...place(item.position), ...known }]);
    },
  };
}
