import { type ChannelEntry, ConversationRef, ids } from '@trunkline/contracts';
import type { Turn } from '../turn.ts';
import type { Balance, ConversationDocument, ConversationName } from './documents.ts';
import type { Draft } from './draft.ts';

const nothing: Balance = { accepted: 0, normalized: 0, repeated: 0, parked: 0, held: 0 };

/** A conversation by our id; where the platform moved it, the one that goes on. */
export function conversationOf(draft: Draft, conversationId: string): ConversationDocument | undefined {
  const found = draft.get('conversations', conversationId);
  return found !== undefined && 'movedTo' in found ? conversationOf(draft, found.movedTo) : found;
}

/** The conversation that a platform names; a new one, not stored yet, where there is none. */
export function openConversation(turn: Turn, channel: ChannelEntry, ref: ConversationRef): ConversationDocument {
  const found = conversationOf(turn.draft, ids.conversation(channel.id, ref.platformId));
  if (ref.otherPlatformId === '') return found ?? newConversation(turn, channel, ref);
  // Known by one of its ids alone, a conversation is known by both from now on; the first is what it is called.
  const otherId = ids.conversation(channel.id, ref.otherPlatformId);
  const other = conversationOf(turn.draft, otherId);
  if (found !== undefined || other === undefined) {
    const conversation = found ?? newConversation(turn, channel, ref);
    if (other === undefined) turn.draft.put('conversations', { _id: otherId, movedTo: conversation._id });
    return conversation;
  }
  const moved = moveConversation(turn, other, ref.platformId);
  turn.draft.put('conversations', moved);
  return moved;
}

function newConversation(turn: Turn, channel: ChannelEntry, ref: ConversationRef): ConversationDocument {
  return {
    _id: ids.conversation(channel.id, ref.platformId),
    tenantId: channel.tenantId,
    channelId: channel.id,
    ref: nameOf(ref),
    number: 0,
    createdAtMs: turn.nowMs,
    counts: nothing,
  };
}

/** Counts what became of events of a conversation, here and in the tally. The counts always balance. */
export function count(turn: Turn, conversation: ConversationDocument, change: Partial<Balance>): ConversationDocument {
  const { counts } = conversation;
  const { events } = turn.tally;
  events.accepted += change.accepted ?? 0;
  events.normalized += change.normalized ?? 0;
  events.repeated += change.repeated ?? 0;
  events.parked += change.parked ?? 0;
  events.held += Math.max(0, change.held ?? 0);
  events.released += Math.max(0, -(change.held ?? 0));
  return {
    ...conversation,
    counts: {
      accepted: counts.accepted + (change.accepted ?? 0),
      normalized: counts.normalized + (change.normalized ?? 0),
      repeated: counts.repeated + (change.repeated ?? 0),
      parked: counts.parked + (change.parked ?? 0),
      held: counts.held + (change.held ?? 0),
    },
  };
}

/** How far a conversation's sum is from even: 0, or something was lost or counted twice. Pure. */
export function imbalanceOf({ accepted, normalized, repeated, parked, held }: Balance): number {
  return accepted - normalized - repeated - parked - held;
}

/** The contact of a private conversation; empty for a group, and before the person has written. */
export function contactIdOf({ draft }: Turn, conversation: ConversationDocument): string {
  const { identityId: id } = conversation;
  return id === undefined ? '' : (draft.get('identities', id)?.contactId ?? '');
}

/** The conversation as orders and facts name it. Pure. */
export function refOf({ ref }: ConversationDocument): ConversationRef {
  // One that was stored before a field was known does not have it.
  return ConversationRef.create(ref);
}

/** What a group is called until the platform has made it and told its id. Pure. */
export function newGroupName(messageId: string): string {
  return `${newGroupPrefix}${messageId}`;
}

/** True for a group that the platform has not told the id of. Pure. */
export function isNewGroup({ ref }: ConversationDocument): boolean {
  return ref.platformId.startsWith(newGroupPrefix);
}

const newGroupPrefix = 'new:';

/** A group whose id the platform has told becomes the conversation that has this id already. */
export function becomeGroup(turn: Turn, group: ConversationDocument, conversation: ConversationDocument): void {
  if (group._id !== conversation._id) turn.draft.put('conversations', { _id: group._id, movedTo: conversation._id });
}

/**
 * Gives a conversation the new name that the platform gave it. What comes under the new name belongs to it from now on,
 * unless the platform has used that name already: then only a group that was just made becomes what has that name.
 */
export function moveConversation(
  turn: Turn,
  conversation: ConversationDocument,
  platformId: string,
): ConversationDocument {
  const newId = ids.conversation(conversation.channelId, platformId);
  if (platformId === '' || conversation.ref.platformId === platformId) return conversation;
  const there = conversationOf(turn.draft, newId);
  if (there === undefined) turn.draft.put('conversations', { _id: newId, movedTo: conversation._id });
  else if (isNewGroup(conversation)) {
    becomeGroup(turn, conversation, there);
    return there;
  }
  return { ...conversation, ref: { ...conversation.ref, platformId } };
}

function nameOf(ref: ConversationRef): ConversationName {
  const { platformId, kind, title, threadId, parentUrl, parentId, parentCommentId, resumeToken, subchannel } = ref;
  const name = { platformId, kind, title, threadId, parentUrl, parentId, parentCommentId, resumeToken };
  return subchannel === '' ? name : { ...name, subchannel };
}
