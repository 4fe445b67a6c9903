import { type ChannelEntry, type ChannelEvent, ids, Party } from '@trunkline/contracts';
import type { ConversationDocument, IdentityDocument } from '../state/documents.ts';
import type { Turn } from '../turn.ts';
import { ownPhones, phoneOf } from './proofs.ts';

/** The time of the last word is kept this exactly: a busy person must not cost a write each time. */
const seenWithinMs = 60_000;

/** An identity as a micro-batch leaves it. */
export interface Recognised {
  readonly identity: IdentityDocument;
  /** The person as the platform shows them now. */
  readonly party: Party;
}

/** Finds the sender's identity, or makes it with a contact of its own; what the platform newly tells of them is kept. */
export function recognise(
  turn: Turn,
  channel: ChannelEntry,
  event: ChannelEvent,
  conversation: ConversationDocument,
): Recognised {
  const told = tellParty(event);
  const id = ids.identity(channel.id, told.platformId);
  const found = turn.draft.get('identities', id);
  if (found === undefined) return introduce(turn, channel, { id, told, conversation });
  const known = Party.decode(found.party);
  const party = mergeParty(known, told);
  const bytes = Party.encode(party, turn.writer).finish();
  const conversationIds = withConversation(found.conversationIds, conversation);
  const isNews =
    Buffer.compare(bytes, found.party) !== 0 ||
    conversationIds !== found.conversationIds ||
    turn.nowMs - found.lastSeenAtMs > seenWithinMs;
  if (!isNews) return { identity: found, party };
  const identity: IdentityDocument = {
    ...found,
    party: bytes,
    values: valuesOf(party),
    conversationIds,
    lastSeenAtMs: turn.nowMs,
  };
  turn.draft.put('identities', identity);
  if (party.displayName !== known.displayName) rename(turn, identity.contactId, party.displayName);
  return { identity, party };
}

/** Everything that a person can be found by, each once. Pure. */
export function valuesOf(party: Party): string[] {
  const named = Object.entries(party.alternativeIds).map(([kind, value]) => {
    return kind === 'phone' ? phoneOf(value) : kind === 'email' ? value.trim().toLowerCase() : value;
  });
  return [...new Set([party.platformId, ...named])].filter((value) => value !== '');
}

function introduce(
  turn: Turn,
  channel: ChannelEntry,
  { id, told, conversation }: { id: string; told: Party; conversation: ConversationDocument },
): Recognised {
  const contactId = ids.contact(id);
  const identity: IdentityDocument = {
    _id: id,
    tenantId: channel.tenantId,
    channelId: channel.id,
    connector: channel.connector,
    contactId,
    party: Party.encode(told, turn.writer).finish(),
    values: valuesOf(told),
    conversationIds: withConversation([], conversation),
    lastSeenAtMs: turn.nowMs,
  };
  turn.draft.insert('identities', identity);
  turn.draft.insert('contacts', {
    _id: contactId,
    tenantId: channel.tenantId,
    displayName: told.displayName,
    identityIds: [id],
    createdAtMs: turn.nowMs,
  });
  return { identity, party: told };
}

function rename(turn: Turn, contactId: string, displayName: string): void {
  const contact = turn.draft.get('contacts', contactId);
  if (contact !== undefined && displayName !== '') turn.draft.put('contacts', { ...contact, displayName });
}

/** The sender as the event tells, with the phone of their own card, and what brought them. */
function tellParty(event: ChannelEvent): Party {
  const sender = event.sender ?? Party.create();
  const [phone] = ownPhones(event.event);
  const named = phone === undefined ? sender.alternativeIds : { ...sender.alternativeIds, phone };
  return {
    ...sender,
    displayName: sender.displayName || [sender.firstName, sender.lastName].filter(Boolean).join(' '),
    alternativeIds: named,
    source: event.context,
  };
}

/** What is told newly wins; what is not told any more stays. What brought somebody first stays so. */
function mergeParty(known: Party, told: Party): Party {
  return {
    platformId: told.platformId,
    scope: told.scope || known.scope,
    alternativeIds: { ...known.alternativeIds, ...told.alternativeIds },
    displayName: told.displayName || known.displayName,
    firstName: told.firstName || known.firstName,
    lastName: told.lastName || known.lastName,
    avatar: told.avatar ?? known.avatar,
    locale: told.locale || known.locale,
    isBot: told.isBot || known.isBot,
    isVerified: told.isVerified || known.isVerified,
    profileUrl: told.profileUrl || known.profileUrl,
    country: told.country || known.country,
    source: known.source ?? told.source,
  };
}

function withConversation(known: readonly string[], conversation: ConversationDocument): readonly string[] {
  const isOwn = conversation.identityId !== undefined;
  return !isOwn || known.includes(conversation._id) ? known : [...known, conversation._id];
}
