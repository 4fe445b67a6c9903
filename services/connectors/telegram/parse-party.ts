import { Party, PartyScope } from '@trunkline/contracts';
import type { Chat, Message, User } from './types.ts';

type Named = Partial<Pick<User, 'first_name' | 'last_name' | 'username'> & Pick<Chat, 'title'>>;

/** Name as shown. */
export function nameOf(who: Named): string {
  const name = [who.first_name, who.last_name].filter(Boolean).join(' ');
  return who.title || name || who.username || '';
}

/** A person. */
export function partyOf(user: User): Party {
  return Party.create({
    ...named(user),
    firstName: user.first_name ?? '',
    lastName: user.last_name ?? '',
    locale: user.language_code ?? '',
    isBot: user.is_bot ?? false,
  });
}

/**
 * Who writes. A group or channel that somebody speaks for (an administrator who stays unnamed) goes before the stand-in
 * that the platform names then. The number of an own card is the sender's, proved by the platform.
 */
export function senderOf(message: Message): Party | undefined {
  if (message.sender_chat !== undefined) return partyOfChat(message.sender_chat);
  if (message.from === undefined) return undefined;
  const sender = partyOf(message.from);
  if (!isOwnCard(message)) return sender;
  const phone = `+${message.contact?.phone_number.replaceAll(/\D/g, '')}`;
  return { ...sender, isVerified: true, alternativeIds: { ...sender.alternativeIds, phone } };
}

/** A group or channel as somebody who writes. */
export function partyOfChat(chat: Chat): Party {
  return Party.create(named(chat));
}

/** True if the card is the sender's own: the platform found the person by the number. A forwarded card proves nothing. */
export function isOwnCard({ contact, from, forward_origin }: Message): boolean {
  return contact?.user_id !== undefined && contact.user_id === from?.id && forward_origin === undefined;
}

/** Address of a person's or group's page. */
export function profileUrl(username: string): string {
  return `https://t.me/${username}`;
}

function named(who: Named & { readonly id: string }): Partial<Party> {
  const { username } = who;
  return {
    platformId: who.id,
    scope: PartyScope.PARTY_SCOPE_GLOBAL,
    alternativeIds: username === undefined ? {} : { username },
    displayName: nameOf(who),
    profileUrl: username === undefined ? '' : profileUrl(username),
  };
}
