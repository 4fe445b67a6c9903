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
  readonly code: 'no_key' | 'poison';
  readonly reason: string;
  /** The bytes, sealed under the key-encryption key. */
  readonly sealed: string;
  readonly parkedAt: Date;
}

/** Keeps what could not be sealed. Repeats change nothing. */
export interface ParkedItems {
  readonly add: (items: readonly { portalId: string; event: PlainEvent; position: Position }[]) => Promise<void>;
  readonly addRaw: (item: InputItem, error: unknown) => Promise<void>;
}

/** Reads and writes the collection; counts by reason. */
export function parkedItems(
  collection: Collection<ParkedDocument>,
  kek: Kek,
  counted: (code: ParkedDocument['code'], count: number) => void,
): ParkedItems {
  const keep = async (documents: readonly ParkedDocument[]) => {
    if (documents.length === 0) return;
    const operations = documents.map((document) => ({
      updateOne: { filter: { _id: document._id }, update: { $setOnInsert: document }, upsert: true },
    }));
    const done = await collection.bulkWrite(operations, { ordered: false, timeoutMS: 5_000 });
    if (documents[0]) counted(documents[0].code, done.upsertedCount);
  };
  const place = ({ sequence, index }: Position) => ({ _id: ids.at(streams.facts, sequence, index), sequence, index });
  return {
    add: (items) =>
      keep(
        items.map(({ portalId, event, position }) => ({
          ...place(position),
          portalId,
          eventId: event.id,
          code: 'no_key' as const,
          reason: 'The portal has no licence key. Make one by SealingService.RotateKey.',
          sealed: kek.seal(event.plaintext),
          parkedAt: new Date(),
        })),
      ),
    addRaw: (item, error) =>
      keep([
        {
          ...place(item.position),
          portalId: '',
          eventId: '',
          code: 'poison',
          reason: error instanceof Error ? error.message : String(error),
          sealed: kek.seal(item.bytes),
          parkedAt: new Date(),
        },
      ]),
  };
}
