import { ConnectorError } from '@trunkline/adapter-kit';
import { ConversationKind, ConversationRef, Party, PartyScope } from '@trunkline/contracts';
import type { Contact } from './types.ts';

/** How the platform names a person: by a phone number, by an id within the business, or by both. */
export interface Named {
  readonly phone?: string | undefined;
  readonly userId?: string | undefined;
}

/** The id that stays: within the business where there is one, because a phone number changes or is hidden. */
export function keyOf({ userId, phone }: Named): string {
  const key = userId ?? phone;
  if (key === undefined) throw new ConnectorError('malformed', 'somebody is named neither by number nor by id');
  return key;
}

/** A person. The number is proved: only its owner writes from it. */
export function partyOf(named: Named, contacts: readonly Contact[] = []): Party {
  const about = contacts.find(({ wa_id = '', user_id = '' }) => user_id === named.userId || wa_id === named.phone);
  const { profile, parent_user_id: parent, wa_id, user_id } = about ?? {};
  const { phone = wa_id, userId = user_id } = named;
  const others = { phone: phone && `+${phone}`, bsuid: userId, parent_bsuid: parent, username: profile?.username };
  return Party.create({
    platformId: keyOf({ phone, userId }),
    scope: PartyScope.PARTY_SCOPE_BUSINESS,
    alternativeIds: Object.fromEntries(Object.entries(others).flatMap(([kind, id]) => (id ? [[kind, id]] : []))),
    displayName: profile?.name ?? '',
    isVerified: phone !== undefined,
    profileUrl: phone === undefined ? '' : `https://wa.me/${phone}`,
    country: /^([A-Z]{2})\./.exec(userId ?? '')?.[1] ?? '',
  });
}

/** The conversation with one person, under both names; on the message that came last typing and reading are shown. */
export function privateWith(named: Named, lastMessageId = ''): ConversationRef {
  const otherPlatformId = named.userId === undefined ? '' : (named.phone ?? '');
  const kind = ConversationKind.CONVERSATION_KIND_PRIVATE;
  return ConversationRef.create({ platformId: keyOf(named), kind, otherPlatformId, resumeToken: lastMessageId });
}

/** A group. */
export function groupOf(platformId: string, title = ''): ConversationRef {
  return ConversationRef.create({ platformId, kind: ConversationKind.CONVERSATION_KIND_GROUP, title });
}
