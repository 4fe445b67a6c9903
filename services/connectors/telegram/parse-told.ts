import { type ChannelRef, channelEvent, type NewEvent, orderBySequence } from '@trunkline/adapter-kit';
import { type ChannelEvent, Origin } from '@trunkline/contracts';
import { conversationOf, senderOf } from './parse-party.ts';
import type { Message } from './types.ts';

/** One update, as far as all kinds are alike. */
export interface Update {
  readonly id: string;
  readonly channel: ChannelRef;
  readonly receivedAtMs: number;
}

type Told = Omit<NewEvent, 'dedupeKey' | 'order'> & Partial<Pick<NewEvent, 'dedupeKey'>>;

/**
 * An event of an update. The stamp (a time, a press's id) is part of the dedupe key because after a week of silence the
 * platform numbers its updates anew from anywhere, and what is new must not be taken for a repeat.
 */
export function tell(update: Update, kind: string, stamp: string | number, told: Told): ChannelEvent {
  const sentAt = typeof stamp === 'number' ? { sentAt: instant(stamp) } : {};
  const dedupeKey = `${kind}:${update.id}:${stamp}`;
  return channelEvent(update.channel, update, { dedupeKey, ...sentAt, ...told, order: orderBySequence(update.id) });
}

/** Where and who of a message. What the bot itself caused (it pinned a message) is not the client's doing. */
export function aboutMessage(message: Message, { channel }: Update): Omit<Told, 'event'> {
  const isOurs = message.from !== undefined && message.from.id === channel.accountId;
  const origin = isOurs ? { origin: Origin.ORIGIN_SYSTEM } : {};
  return { ...origin, ...senderOf(message), conversation: conversationOf(message), platformId: message.message_id };
}

/** Seconds of the platform as an instant. */
export function instant(seconds: number): Date {
  return new Date(seconds * 1_000);
}
