import { collections, connectorCollection, MessageState, SendResult } from '@trunkline/contracts';
import type { Store } from '@trunkline/runtime';
import type { ConfirmedSend } from '../connector.ts';
import type { PlatformMessage } from '../tools.ts';

/** What became of sends, and which of the platform's ids belong to which of ours. One document a part of a message. */
export interface SentMessages {
  /** What became of an order, if it is over; or of its message, if the platform proved that it has it. See {@link isEndOf}. */
  ended(order: PlacedOrder, part: MessagePart): Promise<SendResult | undefined>;
  /** An order is over. Written before anybody is told. */
  end(place: string, result: SendResult, conversationPlatformId: string): Promise<void>;
  /** The platform proved that it has messages of ours. */
  confirm(channelId: string, sends: readonly ConfirmedSend[]): Promise<void>;
  /** The platform's ids of a message that was sent, in the order of its parts, or of one part; of other channels none. */
  platformIdsOf(channelId: string, messageId: string, part?: number): Promise<readonly PlatformMessage[]>;
}

/** An order, by its place. */
export interface PlacedOrder {
  readonly place: string;
  /** True if a person wants it sent once more. */
  readonly isAgain: boolean;
}

/** One part of a message of ours. */
export interface MessagePart {
  readonly channelId: string;
  readonly messageId: string;
  readonly part: number;
  readonly parts: number;
}

interface MessageDocument {
  /** `<channel>.<message>.<part>`: a platform's words count in the channel that they came to, whatever message they name. */
  readonly _id: string;
  readonly conversationPlatformId: string;
  /** Absent where only a proof without ids came. */
  readonly platformIds?: readonly string[];
  /** Place of the order that ended with `result`. */
  readonly place?: string;
  readonly result?: Buffer;
  readonly isConfirmed?: boolean;
  /** MongoDB forgets it then. */
  readonly keptUntil: Date;
}

/** What {@link createSentMessages} wants. */
export interface SentMessagesOptions {
  readonly store: Store;
  readonly connector: string;
  /** How long the ids of a message are kept after its last change, in milliseconds. */
  readonly keptMs: number;
  readonly now: () => number;
}

/** Lets MongoDB forget the ids of old messages. Called once, when a connector starts. */
export async function forgetOldMessages(store: Store, connector: string): Promise<void> {
  await store.provideIndex(nameOf(connector), { keptUntil: 1 }, { expireAfterSeconds: 0 });
}

function nameOf(connector: string): string {
  return connectorCollection(connector, collections.connector.platformMessages);
}

/** Sent messages in the connector's collection. */
export function createSentMessages({ store, connector, keptMs, now }: SentMessagesOptions): SentMessages {
  const messages = store.collection<MessageDocument>(nameOf(connector));
  const keptUntil = () => new Date(now() + keptMs);
  return {
    ended: async (order, part) => {
      const found = await messages.findOne({ _id: idOf(part.channelId, part.messageId, part.part) });
      if (found?.isConfirmed === true) return confirmedResult(part, found.platformIds ?? []);
      if (found?.place === undefined || found.result === undefined) return undefined;
      const result = SendResult.decode(found.result);
      return isEndOf(order, { place: found.place, result }) ? result : undefined;
    },
    end: async (place, result, conversationPlatformId) => {
      const { channelId, messageId, part, platformIds } = result;
      const written = { conversationPlatformId, platformIds, place, result: bytesOf(result), keptUntil: keptUntil() };
      await messages.updateOne({ _id: idOf(channelId, messageId, part) }, { $set: written }, { upsert: true });
    },
    confirm: async (channelId, sends) => {
      const writes = sends.map(({ messageId, part, conversationPlatformId, platformIds }) => {
        // A proof without ids leaves those that the platform told itself.
        const told = platformIds.length === 0 ? {} : { platformIds };
        const written = { conversationPlatformId, ...told, isConfirmed: true, keptUntil: keptUntil() };
        const filter = { _id: idOf(channelId, messageId, part) };
        return { updateOne: { filter, update: { $set: written }, upsert: true } };
      });
      if (writes.length > 0) await messages.bulkWrite(writes, { ordered: false });
    },
    platformIdsOf: async (channelId, messageId, part) => {
      // The ids of all parts follow each other: "/" comes right after ".".
      const message = `${channelId}.${messageId}`;
      const found = await messages.find({ _id: { $gte: `${message}.`, $lt: `${message}/` } }).toArray();
      return found
        .filter((document) => part === undefined || partOf(document) === part)
        .toSorted((one, other) => partOf(one) - partOf(other))
        .flatMap(({ platformIds = [], conversationPlatformId }) =>
          platformIds.map((platformId) => ({ platformId, conversationPlatformId })),
        );
    },
  };
}

/**
 * True if what ended there is what became of this order. An order at another place is the same one, written once more by a
 * dispatch whose store came back from an older copy; unless a person has it sent again because its outcome was unknown. Pure.
 */
export function isEndOf(order: PlacedOrder, ended: { readonly place: string; readonly result: SendResult }): boolean {
  if (ended.place === order.place) return true;
  return !order.isAgain || ended.result.state !== MessageState.MESSAGE_STATE_UNKNOWN;
}

function confirmedResult(
  { channelId, messageId, part, parts }: MessagePart,
  platformIds: readonly string[],
): SendResult {
  const state = MessageState.MESSAGE_STATE_SENT;
  return SendResult.create({ channelId, messageId, part, parts, state, platformIds: [...platformIds] });
}

function idOf(channelId: string, messageId: string, part: number): string {
  return `${channelId}.${messageId}.${part}`;
}

function partOf({ _id }: MessageDocument): number {
  return Number(_id.slice(_id.lastIndexOf('.') + 1));
}

function bytesOf(result: SendResult): Buffer {
  return Buffer.from(SendResult.encode(result).finish());
}
