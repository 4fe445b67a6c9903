import {
  Contact,
  type FindContactsRequest,
  type FindContactsResponse,
  type GetContactRequest,
  type Identity,
  type JoinContactsRequest,
  Party,
  type SplitContactRequest,
} from '@trunkline/contracts';
import {
  type CallContext,
  notFound,
  pageSizeOf,
  readPageToken,
  requireIdempotencyKey,
  requireText,
  tenantFor,
  visible,
  writePageToken,
} from '@trunkline/runtime';
import { z } from 'zod';
import { phoneOf } from '../domain/people/proofs.ts';
import type { ContactDocument, IdentityDocument } from '../domain/state/documents.ts';
import { type ReadDocuments, timeout } from '../store/documents.ts';
import { type MessageContext, sentences } from './context.ts';
import { type Ordered, order } from './order.ts';

/** Gets one contact; the former id of a joined one gets the contact that stayed. */
export async function getContact(
  { contactId }: GetContactRequest,
  call: CallContext,
  { documents }: MessageContext,
): Promise<Contact> {
  const contact = visible(call, await contactById(documents, contactId), sentences.contact);
  const [view] = await withIdentities(documents, [contact]);
  if (view === undefined) throw notFound(sentences.contact);
  return view;
}

const findPage = { usual: 20, most: 100 };

/** Finds contacts by an exact value, in the order of their ids. */
export async function findContacts(
  request: FindContactsRequest,
  call: CallContext,
  { documents }: MessageContext,
): Promise<FindContactsResponse> {
  const tenantId = tenantFor(call, request.tenantId);
  const limit = pageSizeOf(request.pageSize, findPage);
  const after = readPageToken(request.pageToken, z.string()) ?? '';
  const values = spellingsOf(requireText('value', request.value));
  const groups = await documents
    .collection('identities')
    .aggregate<{ _id: string }>(
      [
        { $match: { tenantId, values: { $in: values }, contactId: { $gt: after } } },
        { $group: { _id: '$contactId' } },
        { $sort: { _id: 1 } },
        { $limit: limit + 1 },
      ],
      timeout,
    )
    .toArray();
  const ids = groups.slice(0, limit).map(({ _id }) => _id);
  const found = await documents
    .collection('contacts')
    .find({ _id: { $in: ids } }, timeout)
    .sort({ _id: 1 })
    .toArray();
  return {
    contacts: await withIdentities(documents, found),
    nextPageToken: groups.length > limit ? writePageToken(ids.at(-1)) : '',
  };
}

/** Tells that two contacts are one person. */
export async function joinContacts(
  request: JoinContactsRequest,
  call: CallContext,
  context: MessageContext,
): Promise<Contact> {
  const { contactId, joinedContactId } = request;
  const idempotencyKey = requireIdempotencyKey(request.idempotencyKey);
  requireText('contact_id', contactId);
  requireText('joined_contact_id', joinedContactId);
  const command = { $case: 'joinContacts' as const, value: { contactId, joinedContactId } };
  const done = await order({ tenantId: tenantFor(call, request.tenantId), idempotencyKey, command }, call, context);
  return await answer(done, contactId, call, context);
}

/** Takes an identity out of a contact; answers the contact that it has now. */
export async function splitContact(
  request: SplitContactRequest,
  call: CallContext,
  context: MessageContext,
): Promise<Contact> {
  const { contactId, identityId } = request;
  const idempotencyKey = requireIdempotencyKey(request.idempotencyKey);
  requireText('contact_id', contactId);
  requireText('identity_id', identityId);
  const command = { $case: 'splitContact' as const, value: { contactId, identityId } };
  const done = await order({ tenantId: tenantFor(call, request.tenantId), idempotencyKey, command }, call, context);
  return await answer(done, contactId, call, context);
}

/** The contact as it is now; while the order waits for its turn, what is sure is the id alone. */
async function answer(done: Ordered, contactId: string, call: CallContext, context: MessageContext): Promise<Contact> {
  if (done === undefined) return Contact.create({ id: contactId });
  return await getContact({ contactId: done.resultId }, call, context);
}

async function contactById(documents: ReadDocuments, id: string): Promise<ContactDocument | undefined> {
  const found = await documents.get('contacts', id);
  return found?.joinedInto === undefined ? found : await contactById(documents, found.joinedInto);
}

/** A phone or an address is found however it is written. */
function spellingsOf(value: string): string[] {
  const trimmed = value.trim();
  return [...new Set([trimmed, trimmed.toLowerCase(), phoneOf(trimmed)])].filter((spelling) => spelling !== '');
}

async function withIdentities(documents: ReadDocuments, contacts: readonly ContactDocument[]): Promise<Contact[]> {
  const ids = contacts.flatMap(({ identityIds }) => identityIds);
  const found = await documents
    .collection('identities')
    .find({ _id: { $in: ids } }, timeout)
    .toArray();
  const byId = new Map(found.map((identity) => [identity._id, identity]));
  return contacts.map(({ _id, tenantId, displayName, identityIds, createdAtMs }) => {
    const identities = identityIds.flatMap((id) => byId.get(id) ?? []);
    const seenLast = identities.reduce<IdentityDocument | undefined>(
      (last, identity) => (last === undefined || identity.lastSeenAtMs > last.lastSeenAtMs ? identity : last),
      undefined,
    );
    const name = seenLast && Party.decode(seenLast.party).displayName;
    return {
      ...{ id: _id, tenantId, displayName: name || displayName },
      identities: identities.map(identityView),
      createdAt: new Date(createdAtMs),
    };
  });
}

function identityView(identity: IdentityDocument): Identity {
  const party = Party.decode(identity.party);
  const avatar = party.avatar && { ...party.avatar, source: undefined };
  return {
    id: identity._id,
    channelId: identity.channelId,
    connector: identity.connector,
    party: { ...party, avatar },
    conversationIds: [...identity.conversationIds],
    lastSeenAt: new Date(identity.lastSeenAtMs),
  };
}
