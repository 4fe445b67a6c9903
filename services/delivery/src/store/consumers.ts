import { laneOf } from '@trunkline/contracts';
import { type Collection, type RefusedEvent, unknownKeyRetryMs } from '@trunkline/runtime';
import { closing, missing, opening, place, refusing, subscribing, taking } from './consumer-updates.ts';

/** A named place in a portal's stream. */
export interface ConsumerDocument {
  /** Portal and name, see {@link consumerId}. */
  readonly _id: string;
  readonly portalId: string;
  readonly tenantId: string;
  readonly lane: number;
  readonly name: string;
  /** Primary: what it acknowledges is delivered. Closed: it was that, and its place was handed over. */
  readonly role: 'follower' | 'primary' | 'closed';
  readonly acknowledged: number;
  /** Grows whenever it is given another place than by acknowledging. */
  readonly epoch: number;
  /** It wants to be the primary one: the owner of the lane is to see to it. */
  readonly isAsked: boolean;
  /** The stream that was opened last; every other is to end. */
  readonly streamId: string;
  readonly subscribedAt?: Date;
  readonly acknowledgedAt?: Date;
  /** What it refused last. */
  readonly refused?: RefusedEvent;
  /** Keys that it has not, each until when that is believed. */
  readonly unknownKids?: readonly { readonly kid: string; readonly until: Date }[];
  /** By the clock of MongoDB. */
  readonly changedAt: Date;
}

/** Whose place it is. */
export interface ConsumerName {
  readonly portalId: string;
  readonly tenantId: string;
  readonly name: string;
}

/** What a consumer says. */
export interface Acknowledged {
  /** Everything up to it is taken. */
  readonly sequence: number;
  /** Id of the event after it, which is refused for good; empty: none is. */
  readonly refusedId?: string;
  /** Key that it has not; empty: none is missing. */
  readonly unknownKid?: string;
}

/** Id of a consumer's document. Pure. */
export function consumerId(portalId: string, name: string): string {
  return `${portalId}/${name}`;
}

/** The collection of consumers. Any instance writes it; each operation is one atomic update. All reject when the store is away. */
export interface ConsumerStore {
  /** Makes it the primary one, from `afterSequence` on or from what it acknowledged since it last was. */
  open(consumer: ConsumerName, afterSequence: number): Promise<ConsumerDocument>;
  /** Ends that; undefined: there is no such consumer. */
  close(portalId: string, name: string): Promise<ConsumerDocument | undefined>;
  /** Counts an acknowledgement under an epoch that is still its own; undefined: refused. */
  acknowledge(id: string, epoch: number, told: Acknowledged): Promise<ConsumerDocument | undefined>;
  /** Notes a new stream of one that is, or asks to be, the primary one. */
  ask(consumer: ConsumerName, streamId: string): Promise<ConsumerDocument>;
  /** Notes a new stream of a follower, which goes on, or is given a place; undefined: it is still the primary one. */
  follow(
    consumer: ConsumerName,
    streamId: string,
    afterSequence: number | undefined,
  ): Promise<ConsumerDocument | undefined>;
  find(id: string): Promise<ConsumerDocument | undefined>;
  /** Those of a portal, in the order of their names, 100 at most. */
  list(portalId: string): Promise<ConsumerDocument[]>;
  /** Deletes it unless it is the primary one; false: it is. */
  remove(id: string): Promise<boolean>;
  /** Every one that is open, or asks for it, or is of these ids. */
  readOpen(ids: readonly string[]): Promise<ConsumerDocument[]>;
  /** Whatever changed after that time. */
  readChanged(after: Date): Promise<ConsumerDocument[]>;
}

const mostListed = 100;
/** Read at once; what is beyond comes with the next read. */
const mostChanged = 10_000;

/** Opens the collection. */
export function openConsumerStore(collection: Collection<ConsumerDocument>): ConsumerStore {
  const change = async (filter: object, update: object[], upsert: boolean) =>
    (await collection.findOneAndUpdate(filter, update, { upsert, returnDocument: 'after' })) ?? undefined;
  const put = async (filter: object, update: object[]): Promise<ConsumerDocument> => {
    const document = await change(filter, update, true);
    if (document === undefined) throw new Error('an upsert gave no document');
    return document;
  };
  const find = async (_id: string) => (await collection.findOne({ _id })) ?? undefined;
  const idOf = ({ portalId, name }: ConsumerName) => consumerId(portalId, name);
  const placeOf = (consumer: ConsumerName) => place({ ...consumer, lane: laneOf(consumer.tenantId) });
  return {
    find,
    open: async (consumer, after) => await put({ _id: idOf(consumer) }, [placeOf(consumer), opening(after)]),
    close: async (portalId, name) => {
      const _id = consumerId(portalId, name);
      return (await change({ _id, role: 'primary' }, [closing], false)) ?? (await find(_id));
    },
    acknowledge: async (_id, epoch, { sequence, refusedId = '', unknownKid = '' }) => {
      const isRefused = refusedId !== '';
      // Late, what was said first holds: the event was taken since.
      const own = isRefused ? { role: 'primary', acknowledged: { $lte: sequence } } : { role: { $ne: 'closed' } };
      const updates = [
        taking(sequence),
        ...(isRefused ? [refusing(sequence + 1, refusedId)] : []),
        ...(unknownKid === '' ? [] : [missing(unknownKid, unknownKeyRetryMs)]),
      ];
      return await change({ _id, epoch, ...own }, updates, false);
    },
    ask: async (consumer, streamId) =>
      await put({ _id: idOf(consumer) }, [placeOf(consumer), subscribing(streamId, true)]),
    follow: async (consumer, streamId, after) => {
      const filter = { _id: idOf(consumer), role: { $ne: 'primary' } };
      try {
        return await put(filter, [placeOf(consumer), subscribing(streamId, false, after)]);
      } catch (error) {
        // It is there and was not found by the filter: it is the primary one.
        if ((await find(idOf(consumer)))?.role === 'primary') return undefined;
        throw error;
      }
    },
    list: async (portalId) => await collection.find({ portalId }).sort({ name: 1 }).limit(mostListed).toArray(),
    remove: async (_id) => {
      await collection.deleteOne({ _id, role: { $ne: 'primary' } });
      return (await find(_id)) === undefined;
    },
    readOpen: async (ids) =>
      await collection.find({ $or: [{ role: 'primary' }, { isAsked: true }, { _id: { $in: [...ids] } }] }).toArray(),
    readChanged: async (after) =>
      await collection
        .find({ changedAt: { $gt: after } })
        .sort({ changedAt: 1 })
        .limit(mostChanged)
        .toArray(),
  };
}
