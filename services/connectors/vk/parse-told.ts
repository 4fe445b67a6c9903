import { type ChannelRef, ConnectorError, channelEvent, type NewEvent, orderBySequence } from '@trunkline/adapter-kit';
import { type ChannelEvent, ConversationKind, ConversationRef, Party, PartyScope } from '@trunkline/contracts';
import type { Call } from './types.ts';

/** One call, as far as all kinds are alike. */
export interface Update {
  readonly call: Call;
  readonly channel: ChannelRef;
  /** The community as somebody who writes. */
  readonly communityId: number;
  readonly receivedAtMs: number;
}

/** One thing that a call tells. */
export interface Told extends Omit<NewEvent, 'dedupeKey' | 'order'> {
  readonly key: string;
  /** Number of the message in its conversation that it is, or up to which it was read. */
  readonly number?: number | undefined;
  /** When it happened, in seconds since 1970. */
  readonly atSeconds?: number | undefined;
}

/** An event of a call. Messages alone have a place among each other: what is about one, or about none, is never late. */
export function tell({ key, number, atSeconds, ...told }: Told, update: Update): ChannelEvent {
  if (key.endsWith(':')) throw new ConnectorError('malformed', 'event_id: is needed here');
  const sentAt = atSeconds === undefined ? {} : { sentAt: new Date(atSeconds * 1_000) };
  const order = number === undefined ? undefined : orderBySequence(number);
  return channelEvent(update.channel, update, { ...told, ...sentAt, dedupeKey: key, order });
}

/** Peers of chats begin behind it. */
export const firstChat = 2_000_000_000;

/** A person, or below zero a community. Names are asked for later: calls tell none. */
export function partyOf(id: number): Party {
  const page = id < 0 ? `club${-id}` : `id${id}`;
  return Party.create({
    ...{ platformId: String(id), scope: PartyScope.PARTY_SCOPE_GLOBAL },
    ...{ profileUrl: `https://vk.com/${page}`, isBot: id < 0 },
  });
}

/** Whoever did something, and where. */
export function by(who: number, peerId = who): Pick<Told, 'conversation' | 'sender'> {
  return { conversation: conversationOf(peerId), sender: partyOf(who) };
}

/** A conversation with one person, or a chat. */
function conversationOf(peerId: number): ConversationRef {
  const kind =
    peerId > firstChat ? ConversationKind.CONVERSATION_KIND_GROUP : ConversationKind.CONVERSATION_KIND_PRIVATE;
  return ConversationRef.create({ platformId: String(peerId), kind });
}
