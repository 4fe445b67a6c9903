import { ConversationKind, ConversationRef, Party, PartyScope } from '@trunkline/contracts';
import type { Chat, Message, User } from './types.ts';

type Named = Partial<Pick<User, 'first_name' | 'last_name' | 'username'> & Pick<Chat, 'title'>>;

/** Name as shown. */
export function nameOf(who: Named): string {
  return who.title || [who.first_name, who.last_name].filter(Boolean).join(' ') || who.username || '';
}

/** A person, or a group or channel as somebody who writes. */
export function partyOf(who: User | Chat): Party {
  const { username } = who;
  const person: Partial<User> = 'type' in who ? {} : who;
  return Party.create({
    platformId: who.id,
    scope: PartyScope.PARTY_SCOPE_GLOBAL,
    displayName: nameOf(who),
    ...(username === undefined ? {} : { alternativeIds: { username }, profileUrl: profileUrl(username) }),
    firstName: person.first_name ?? '',
    lastName: person.last_name ?? '',
    locale: person.language_code ?? '',
    isBot: person.is_bot ?? false,
  });
}

/**
 * Who writes. A group or channel that somebody speaks for (an administrator who stays unnamed) goes before the stand-in
 * that the platform names then. The number of an own card is the sender's, proved by the platform.
 */
export function senderOf(message: Message): { readonly sender?: Party } {
  const who = message.sender_chat ?? message.from;
  if (who === undefined) return {};
  const sender = partyOf(who);
  if (message.sender_chat !== undefined || !isOwnCard(message)) return { sender };
  const phone = `+${message.contact?.phone_number.replaceAll(/\D/g, '')}`;
  return { sender: { ...sender, isVerified: true, alternativeIds: { ...sender.alternativeIds, phone } } };
}

/** True if the card is the sender's own: the platform found the person by the number. A forwarded card proves nothing. */
export function isOwnCard({ contact, from, forward_origin }: Message): boolean {
  return contact?.user_id !== undefined && contact.user_id === from?.id && forward_origin === undefined;
}

/** Address of a person's or group's page. */
export function profileUrl(username: string): string {
  return `https://t.me/${username}`;
}

/** A topic is a conversation of its own; the thread of replies in an ordinary group is none. */
export function conversationOf({ chat, message_thread_id, is_topic_message }: Where): ConversationRef {
  const threadId = is_topic_message === true ? (message_thread_id ?? '') : '';
  const isPrivate = chat.type === 'private';
  return ConversationRef.create({
    platformId: threadId === '' ? chat.id : `${chat.id}:${threadId}`,
    kind: isPrivate ? ConversationKind.CONVERSATION_KIND_PRIVATE : ConversationKind.CONVERSATION_KIND_GROUP,
    title: isPrivate ? '' : (chat.title ?? ''),
    threadId,
  });
}

type Where = Pick<Message, 'chat'> & Partial<Pick<Message, 'message_thread_id' | 'is_topic_message'>>;
