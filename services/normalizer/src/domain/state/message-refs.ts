import { ConversationKind, type ConversationRef, ids, type Quote } from '@trunkline/contracts';
import type { MessageDocument, MessageRefDocument } from './documents.ts';
import type { Draft } from './draft.ts';
import { contentOf } from './message-content.ts';
import { plainTextOf } from './plain-text.ts';

/** Where the platform knows a message: its ids mean nothing without channel and conversation. */
export interface Place {
  readonly channelId: string;
  readonly conversationPlatformId: string;
  /** The conversation's other id there, if it has one: what is not known under the first may be known under this. */
  readonly otherPlatformId?: string;
  /** What is commented on: comments are known under it, too, because whoever deletes one is not always told beneath which. */
  readonly postPlatformId?: string;
}

/** The place that a conversation is on the platform. Pure. */
export function placeIn(channelId: string, ref: ConversationRef | undefined): Place {
  const { platformId: conversationPlatformId = '', otherPlatformId = '', kind, parentId = '' } = ref ?? {};
  const isComment = kind === ConversationKind.CONVERSATION_KIND_COMMENTS && parentId !== '';
  const other = otherPlatformId === '' ? {} : { otherPlatformId };
  return { channelId, conversationPlatformId, ...other, ...(isComment ? { postPlatformId: parentId } : {}) };
}

/** A message of ours that a platform's id stands for. */
export interface FoundMessage {
  readonly ref: MessageRefDocument;
  readonly message: MessageDocument;
}

/** Our id of what a platform's id names there. */
export function refId({ channelId, conversationPlatformId }: Place, platformId: string): string {
  return ids.messageRef(channelId, conversationPlatformId, platformId);
}

/** The message that a platform's id stands for. */
export function findMessage(draft: Draft, place: Place, platformId: string): FoundMessage | undefined {
  if (platformId === '') return undefined;
  const { otherPlatformId, postPlatformId } = place;
  const under = (name: string | undefined) =>
    name === undefined
      ? undefined
      : draft.get('messageRefs', refId({ ...place, conversationPlatformId: name }, platformId));
  const ref = under(place.conversationPlatformId) ?? under(otherPlatformId) ?? under(postPlatformId);
  const message = ref && ref.messageId !== '' ? draft.get('messages', ref.messageId) : undefined;
  return ref === undefined || message === undefined ? undefined : { ref, message };
}

/** Keeps that a platform's id stands for a part of a message of ours. */
export function keepRef(
  draft: Draft,
  place: Place,
  platformId: string,
  message: Omit<MessageRefDocument, '_id'>,
): void {
  if (platformId === '') return;
  const { conversationPlatformId, postPlatformId = conversationPlatformId } = place;
  for (const name of new Set([conversationPlatformId, postPlatformId])) {
    const document = { _id: refId({ ...place, conversationPlatformId: name }, platformId), ...message };
    // Making one costs the database half of replacing what may not be there.
    const former = draft.get('messageRefs', document._id);
    if (former === undefined) draft.insert('messageRefs', document);
    else draft.put('messageRefs', { ...document, ...othersOf(former, message.messageId) });
  }
}

/** What else a platform's id stands for. */
function othersOf(former: MessageRefDocument, messageId: string): Pick<MessageRefDocument, 'others'> {
  const others = [former.messageId, ...(former.others ?? [])].filter((id) => id !== '' && id !== messageId);
  return others.length === 0 ? {} : { others };
}

/** A quote with our id of the quoted message and, where the platform did not tell it, the text. */
export function completeQuote(draft: Draft, place: Place, quote: Quote): Quote {
  const found = findMessage(draft, place, quote.platformId)?.message;
  return found === undefined ? quote : quoteOf(found, quote);
}

/** A quote of a message of ours. Pure. */
export function quoteOf(message: MessageDocument, quote: Quote): Quote {
  const text = quote.text || plainTextOf(contentOf(message));
  return { ...quote, messageId: message._id, text, platformId: quote.platformId || (message.platformIds[0] ?? '') };
}
