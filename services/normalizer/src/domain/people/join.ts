import { type ChannelEntry, ids } from '@trunkline/contracts';
import type { ContactDocument, IdentityDocument } from '../state/documents.ts';
import type { Draft } from '../state/draft.ts';
import type { Told, Turn } from '../turn.ts';
import type { Proof } from './proofs.ts';

/** A contact by our id; the one that stayed, where it was joined. */
export function contactOf(draft: Draft, contactId: string): ContactDocument | undefined {
  const found = draft.get('contacts', contactId);
  return found?.joinedInto === undefined ? found : contactOf(draft, found.joinedInto);
}

/**
 * Joins an identity's contact with the contact that had a proved value first, and keeps the value for those to come. An
 * identity that a person split off is left alone. Answers the contact that the identity has now.
 */
export function joinByProofs(turn: Turn, identity: IdentityDocument, proofs: readonly Proof[]): string {
  let { contactId } = identity;
  for (const { kind, value } of identity.isPinned ? [] : proofs) {
    const keyId = ids.contactKey(identity.tenantId, kind, value);
    const key = turn.draft.get('contactKeys', keyId);
    const owner = key === undefined ? undefined : contactOf(turn.draft, key.contactId);
    if (owner === undefined) {
      turn.draft.put('contactKeys', { _id: keyId, tenantId: identity.tenantId, contactId });
    } else if (owner._id !== contactId) {
      joinContacts(turn, owner._id, contactId, kind);
      contactId = owner._id;
    }
  }
  return contactId;
}

/** Makes two contacts one: all identities of the second go to the first. False if one of them is not there. */
export function joinContacts(turn: Turn, contactId: string, joinedContactId: string, reason: string): boolean {
  const stays = turn.draft.get('contacts', contactId);
  const goes = turn.draft.get('contacts', joinedContactId);
  if (stays === undefined || goes === undefined) return false;
  const moved = identitiesOf(turn.draft, goes);
  for (const identity of moved) turn.draft.put('identities', { ...identity, contactId });
  turn.draft.put('contacts', { ...goes, identityIds: [], joinedInto: contactId });
  turn.draft.put('contacts', {
    ...stays,
    displayName: stays.displayName || goes.displayName,
    identityIds: [...new Set([...stays.identityIds, ...goes.identityIds])],
    createdAtMs: Math.min(stays.createdAtMs, goes.createdAtMs),
  });
  const everybody = [...identitiesOf(turn.draft, stays), ...moved];
  tellPortals(turn, everybody, contactId, { $case: 'contactsJoined', value: { contactId, joinedContactId, reason } });
  return true;
}

/** Takes an identity out of a contact that has others too. False when there is nothing to take apart. */
export function splitContact(turn: Turn, contact: ContactDocument, identityId: string, newContactId: string): boolean {
  const identity = turn.draft.get('identities', identityId);
  if (identity?.contactId !== contact._id || contact.identityIds.length < 2) return false;
  const everybody = identitiesOf(turn.draft, contact);
  turn.draft.put('identities', { ...identity, contactId: newContactId, isPinned: true });
  turn.draft.put('contacts', { ...contact, identityIds: contact.identityIds.filter((id) => id !== identityId) });
  turn.draft.insert('contacts', {
    _id: newContactId,
    tenantId: contact.tenantId,
    displayName: contact.displayName,
    identityIds: [identityId],
    createdAtMs: turn.nowMs,
  });
  const value = { contactId: contact._id, newContactId, identityId };
  tellPortals(turn, everybody, newContactId, { $case: 'contactSplit', value });
  return true;
}

function identitiesOf(draft: Draft, contact: ContactDocument): IdentityDocument[] {
  return contact.identityIds.flatMap((id) => draft.get('identities', id) ?? []);
}

/** Each portal that works with one of the identities hears of it once. */
function tellPortals(turn: Turn, identities: readonly IdentityDocument[], contactId: string, told: Told): void {
  const channels = new Map<string, ChannelEntry>();
  for (const { channelId } of identities) {
    const channel = turn.directory.channel(channelId);
    if (channel !== undefined && !channels.has(channel.portalId)) channels.set(channel.portalId, channel);
  }
  for (const channel of channels.values()) turn.say({ tenantId: channel.tenantId, channel, contactId }, told);
  const tenantId = identities[0]?.tenantId;
  if (channels.size === 0 && tenantId !== undefined) turn.say({ tenantId, contactId }, told);
}
