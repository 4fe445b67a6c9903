import type { SealedEvent } from '@trunkline/contracts';
import type { Collection, GivenUp } from '@trunkline/runtime';

/** A sealed event that was not delivered, so that it can be looked at and sent again. */
export interface UndeliveredDocument {
  /** Portal and event. */
  readonly _id: string;
  readonly portalId: string;
  readonly tenantId: string;
  readonly eventId: string;
  readonly sequence: number;
  readonly kind: GivenUp['kind'];
  /** In words. */
  readonly reason: string;
  readonly type: string;
  readonly conversationId: string;
  /** When the fact was stored. */
  readonly at: Date;
  /** The whole CloudEvent as it was sealed. */
  readonly cloudEvent: Buffer;
  readonly chain: Buffer;
  readonly kid: string;
  /** SHA-256 of what is sealed, and the place of its fact: whoever seals it anew needs them. */
  readonly plaintextHash: Buffer;
  readonly factSequence: number;
  readonly factIndex: number;
  readonly givenUpAt: Date;
  /** MongoDB removes it then. */
  readonly keptUntil: Date;
}

/** Undelivered events. */
export interface Undelivered {
  /** Stores a range; what is there already stays as it is. Resolves when it is stored for good. */
  keep(range: GivenUp): Promise<void>;
}

/** Opens the undelivered events, and makes the indexes if they are not there. */
export async function openUndelivered(
  collection: Collection<UndeliveredDocument>,
  { keepMs, now }: { readonly keepMs: number; readonly now: () => number },
): Promise<Undelivered> {
  await collection.createIndex({ keptUntil: 1 }, { expireAfterSeconds: 0 });
  await collection.createIndex({ portalId: 1, sequence: 1 });
  return {
    keep: async (range) => {
      const nowMs = now();
      const times = { givenUpAt: new Date(nowMs), keptUntil: new Date(nowMs + keepMs) };
      const writes = range.events.map((event) => {
        const _id = `${range.portalId}/${event.id}`;
        return {
          updateOne: { filter: { _id }, update: { $setOnInsert: fieldsOf(range, event, times) }, upsert: true },
        };
      });
      await collection.bulkWrite(writes, { ordered: false });
    },
  };
}

function fieldsOf(
  { portalId, tenantId, kind, reason }: GivenUp,
  event: SealedEvent,
  times: Pick<UndeliveredDocument, 'givenUpAt' | 'keptUntil'>,
): Omit<UndeliveredDocument, '_id'> {
  const { id, sequence, type, conversationId, at, cloudEvent, chain, kid } = event;
  const { plaintextHash, factSequence, factIndex } = event;
  return {
    ...{ portalId, tenantId, kind, reason, eventId: id, sequence, type, conversationId },
    ...{ at: at ?? new Date(0), cloudEvent, chain, kid, plaintextHash, factSequence, factIndex },
    ...times,
  };
}
