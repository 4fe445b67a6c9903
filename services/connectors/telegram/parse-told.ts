import { type ChannelRef, channelEvent, type NewEvent, orderBySequence } from '@trunkline/adapter-kit';
import { type ChannelEvent, ConversationKind, type ConversationRef, Origin } from '@trunkline/contracts';
import { senderOf } from './parse-party.ts';
import type { Message, Where } from './types.ts';

/** One update, as far as all kinds are alike. */
export interface Update {
  readonly id: string;
  readonly channel: ChannelRef;
  readonly receivedAtMs: number;
}

/** What an event tells besides its place. */
export type Told = Omit<NewEvent, 'dedupeKey' | 'order'> & Partial<Pick<NewEvent, 'dedupeKey'>>;

/**
 * An event of an update. The stamp (a time, a press's id) is part of the dedupe key because after a week of silence the
 * platform numbers its updates anew from anywhere, and what is new must not be taken for a repeat.
 */
export function tell(update: Update, kind: string, stamp: string | number, told: Told): ChannelEvent {
  return channelEvent(update.channel, update, {
    dedupeKey: `${kind}:${update.id}:${stamp}`,
    ...told,
    order: orderBySequence(update.id),
  });
}

/** Where, who and when of a message. What the bot itself caused (it pinned a message) is not the client's doing. */
export function aboutMessage(message: Message, { channel }: Update): Omit<Told, 'event'> {
  const isOurs = message.from !== undefined && message.from.id === channel.accountId;
  const sender = senderOf(message);
  return {
    ...(isOurs ? { origin: Origin.ORIGIN_SYSTEM } : {}),
    ...(sender === undefined ? {} : { sender }),
    conversation: conversationOf(message),
    platformId: message.message_id,
    sentAt: instant(message.date),
  };
}

/** A topic is a conversation of its own; the thread of replies in an ordinary group is none. */
export function conversationOf({ chat, message_thread_id, is_topic_message }: Where): ConversationRef {
  const threadId = is_topic_message === true ? (message_thread_id ?? '') : '';
  const isPrivate = chat.type === 'private';
  return {
    platformId: threadId === '' ? chat.id : `${chat.id}:${threadId}`,
    kind: isPrivate ? ConversationKind.CONVERSATION_KIND_PRIVATE : ConversationKind.CONVERSATION_KIND_GROUP,
    title: isPrivate ? '' : (chat.title ?? ''),
    threadId,
    parentUrl: '',
  };
}

/** Seconds of the platform as an instant. */
export function instant(seconds: number): Date {
  return new Date(seconds * 1_000);
}
