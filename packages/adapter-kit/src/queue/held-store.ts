import { collections, connectorCollection, type Position } from '@trunkline/contracts';
import type { Store } from '@trunkline/runtime';
import type { Denied } from './denied.ts';
import { type QueuedOrder, readOrder } from './order.ts';

/** Where the orders of waiting conversations stand, so that the stream need not keep them. One writer a lane: its owner. */
export interface HeldStore {
  /** Adds orders; those that stand there already stay as they are. */
  put(orders: readonly HeldOrder[]): Promise<void>;
  /** The first order of a conversation; undefined when none is held. */
  first(queue: string, conversation: string): Promise<HeldOrder | undefined>;
  /** Changes what an order waits for. */
  update(place: string, waiting: Waiting): Promise<void>;
  /** Takes an order out: it is over. */
  remove(place: string): Promise<void>;
  /** Every waiting conversation of a lane, with what its first order waits for. */
  conversations(lane: number): Promise<readonly HeldConversation[]>;
  /** Puts orders in doubt, where they are not yet: a former owner may have been sending them. */
  doubt(places: readonly string[], sinceMs: number): Promise<void>;
}

/** What an order waits for. */
export interface Waiting {
  readonly attempts: number;
  /** In milliseconds since 1970. */
  readonly notBeforeMs: number;
  readonly doubtSinceMs: number | undefined;
  readonly isUnsure: boolean;
  readonly denied: Denied | undefined;
}

/** A held order. */
export interface HeldOrder extends Waiting {
  readonly lane: number;
  readonly queue: string;
  readonly order: QueuedOrder;
}

/** A conversation with held orders. */
export interface HeldConversation {
  readonly queue: string;
  readonly conversation: string;
  readonly notBeforeMs: number;
  readonly expiresAtMs: number;
  readonly isInDoubt: boolean;
  /** True if one of its held orders is not bulk. */
  readonly isUrgent: boolean;
}

interface HeldDocument {
  readonly _id: string;
  readonly lane: number;
  readonly queue: string;
  readonly conversation: string;
  readonly sequence: number;
  readonly index: number;
  readonly bytes: Buffer;
  readonly isBulk?: boolean;
  readonly attempts: number;
  readonly notBeforeMs: number;
  readonly expiresAtMs: number;
  readonly doubtSinceMs?: number | undefined;
  readonly isUnsure?: boolean;
  readonly denied?: Denied | undefined;
}

/** Held orders in the connector's collection. */
export function createHeldStore(store: Store, connector: string): HeldStore {
  const held = store.collection<HeldDocument>(connectorCollection(connector, collections.connector.held));
  const inOrder = { sequence: 1, index: 1 } as const;
  return {
    put: async (orders) => {
      const writes = orders.map(documentOf).map(({ _id, ...rest }) => ({
        updateOne: { filter: { _id }, update: { $setOnInsert: rest }, upsert: true },
      }));
      if (writes.length > 0) await held.bulkWrite(writes);
    },
    first: async (queue, conversation) => {
      const found = await held.findOne({ queue, conversation }, { sort: inOrder });
      return found === null ? undefined : heldOrderOf(found);
    },
    update: async (place, { attempts, notBeforeMs, doubtSinceMs, isUnsure, denied }) => {
      const known = { attempts, notBeforeMs, isUnsure, ...(denied && { denied }) };
      await (doubtSinceMs === undefined
        ? held.updateOne({ _id: place }, { $set: known, $unset: { doubtSinceMs: '' } })
        : held.updateOne({ _id: place }, { $set: { ...known, doubtSinceMs } }));
    },
    remove: async (place) => {
      await held.deleteOne({ _id: place });
    },
    conversations: async (lane) => {
      const waiting = { notBeforeMs: 1, expiresAtMs: 1, doubtSinceMs: 1 } as const;
      const fields = { queue: 1, conversation: 1, isBulk: 1, ...waiting } as const;
      const firsts = new Map<string, HeldConversation>();
      const found = held.find({ lane }, { projection: fields, sort: inOrder });
      for await (const { queue, conversation, notBeforeMs, expiresAtMs, doubtSinceMs, isBulk = false } of found) {
        const key = `${queue} ${conversation}`;
        const isInDoubt = doubtSinceMs !== undefined;
        const first = firsts.get(key) ?? { queue, conversation, notBeforeMs, expiresAtMs, isInDoubt, isUrgent: false };
        firsts.set(key, isBulk ? first : { ...first, isUrgent: true });
      }
      return [...firsts.values()];
    },
    doubt: async (places, sinceMs) => {
      if (places.length === 0) return;
      const filter = { _id: { $in: [...places] }, doubtSinceMs: { $exists: false } };
      await held.updateMany(filter, { $set: { doubtSinceMs: sinceMs, notBeforeMs: sinceMs } });
    },
  };
}

function documentOf(held: HeldOrder): HeldDocument {
  const { lane, queue, order, attempts, notBeforeMs, doubtSinceMs, isUnsure, denied } = held;
  const { sequence, index } = order.position;
  return {
    _id: order.place,
    lane,
    queue,
    conversation: order.conversation,
    sequence,
    index,
    bytes: Buffer.from(order.bytes),
    ...(!order.isInteractive && { isBulk: true }),
    attempts,
    notBeforeMs,
    expiresAtMs: order.expiresAtMs,
    doubtSinceMs,
    isUnsure,
    ...(denied && { denied }),
  };
}

function heldOrderOf(found: HeldDocument): HeldOrder {
  const position: Position = { sequence: found.sequence, index: found.index, output: 0 };
  const { lane, queue, attempts, notBeforeMs, doubtSinceMs, isUnsure = false, denied } = found;
  const waiting = { attempts, doubtSinceMs, isUnsure, denied };
  const order = { ...readOrder(position, found.bytes), ...waiting, isSeenBefore: true };
  return { lane, queue, order, notBeforeMs, ...waiting };
}
