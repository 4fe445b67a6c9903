import { type ChannelEvent, collections, connectorCollection, MessageState, SendResult } from '@trunkline/contracts';
import { isDuplicateKey, type Store } from '@trunkline/runtime';
import type { ConfirmedSend } from '../connector.ts';
import type { PlatformMessage } from '../tools.ts';

/** What became of sends, and which of the platform's ids belong to which of ours. One document a part of a message. */
export interface SentMessages {
  /** What became of an order, if it is over; or of its message, if the platform proved that it has it. */
  ended(place: string, part: MessagePart): Promise<SendResult | undefined>;
  /** An order is over. Written before anybody is told. */
  end(place: string, result: SendResult, conversationPlatformId: string): Promise<void>;
  /** The platform proved that it has messages of ours. */
  confirm(channelId: string, sends: readonly ConfirmedSend[]): Promise<void>;
  /** Messages that came: their ids are ours too. */
  received(events: readonly ChannelEvent[]): Promise<void>;
  /** The platform's ids of a message, in the order of its parts; of other channels none. */
  platformIdsOf(channelId: string, messageId: string): Promise<readonly PlatformMessage[]>;
}

/** One part of a message of ours. */
export interface MessagePart {
  readonly channelId: string;
  readonly messageId: string;
  readonly part: number;
  readonly parts: number;
}

interface MessageDocument {
  /** `<message>.<part>` */
  readonly _id: string;
  readonly channelId: string;
  readonly conversationPlatformId: string;
  /** Absent where only a proof without ids came. */
  readonly platformIds?: readonly string[];
  /** Place of the order that ended with `result`. */
  readonly place?: string;
  readonly result?: Buffer;
  readonly isConfirmed?: boolean;
}

/** Sent messages in the connector's collection. */
export function createSentMessages(store: Store, connector: string): SentMessages {
  const name = connectorCollection(connector, collections.connector.platformMessages);
  const messages = store.collection<MessageDocument>(name);
  return {
    ended: async (place, part) => {
      const found = await messages.findOne({ _id: idOf(part.messageId, part.part) });
      if (found?.isConfirmed === true) return confirmedResult(part, found.platformIds ?? []);
      return found?.place === place && found.result !== undefined ? SendResult.decode(found.result) : undefined;
    },
    end: async (place, result, conversationPlatformId) => {
      const { channelId, platformIds } = result;
      const written = { channelId, conversationPlatformId, platformIds, place, result: bytesOf(result) };
      await messages.updateOne({ _id: idOf(result.messageId, result.part) }, { $set: written }, { upsert: true });
    },
    confirm: async (channelId, sends) => {
      const writes = sends.map(({ messageId, part, conversationPlatformId, platformIds }) => {
        // A proof without ids leaves those that the platform told itself.
        const told = platformIds.length === 0 ? {} : { platformIds };
        const written = { channelId, conversationPlatformId, ...told, isConfirmed: true };
        return { updateOne: { filter: { _id: idOf(messageId, part) }, update: { $set: written }, upsert: true } };
      });
      if (writes.length > 0) await messages.bulkWrite(writes, { ordered: false });
    },
    received: async (events) => {
      const documents = events.filter(isMessage).map((event): MessageDocument => {
        const conversationPlatformId = event.conversation?.platformId ?? '';
        const { id, channelId, platformId } = event;
        return { _id: idOf(id, 0), channelId, conversationPlatformId, platformIds: [platformId] };
      });
      if (documents.length === 0) return;
      // Inserted, because that costs the database half of an upsert; those that came before stay as they are.
      await messages.insertMany(documents, { ordered: false }).catch((error: unknown) => {
        if (!isDuplicateKey(error)) throw error;
      });
    },
    platformIdsOf: async (channelId, messageId) => {
      // The ids of all parts follow each other: "/" comes right after ".".
      const ofMessage = { _id: { $gte: `${messageId}.`, $lt: `${messageId}/` }, channelId };
      const found = await messages.find(ofMessage).toArray();
      return found
        .toSorted((one, other) => partOf(one) - partOf(other))
        .flatMap(({ platformIds = [], conversationPlatformId }) =>
          platformIds.map((platformId) => ({ platformId, conversationPlatformId })),
        );
    },
  };
}

function isMessage({ event, platformId }: ChannelEvent): boolean {
  return event?.$case === 'message' && platformId !== '';
}

function confirmedResult(
  { channelId, messageId, part, parts }: MessagePart,
  platformIds: readonly string[],
): SendResult {
  const state = MessageState.MESSAGE_STATE_SENT;
  return SendResult.create({ channelId, messageId, part, parts, state, platformIds: [...platformIds] });
}

function idOf(messageId: string, part: number): string {
  return `${messageId}.${part}`;
}

function partOf({ _id }: MessageDocument): number {
  return Number(_id.slice(_id.lastIndexOf('.') + 1));
}

function bytesOf(result: SendResult): Buffer {
  return Buffer.from(SendResult.encode(result).finish());
}
