import { type ChannelEntry, type ChannelEvent, ids, MessageState, Origin } from '@trunkline/contracts';
import { applyToParts } from '../outbound/apply-status.ts';
import { contactIdOf, conversationOf, count } from '../state/conversation.ts';
import type { ConversationDocument } from '../state/documents.ts';
import { findMessage, placeIn } from '../state/message-refs.ts';
import type { Scope, Turn } from '../turn.ts';

/** Tells what was told before; `wasHeld`: it was counted already, as one that waits. */
export function tellRepeat(
  turn: Turn,
  channel: ChannelEntry,
  event: ChannelEvent,
  { formerId, wasHeld = false }: { readonly formerId: string; readonly wasHeld?: boolean },
): void {
  const ref = event.conversation;
  const conversation = ref && conversationOf(turn.draft, ids.conversation(channel.id, ref.platformId));
  if (conversation !== undefined) {
    const change = wasHeld ? { held: -1, repeated: 1 } : { accepted: 1, repeated: 1 };
    turn.draft.put('conversations', count(turn, conversation, change));
  } else {
    turn.tally.events.accepted += 1;
    turn.tally.events.repeated += 1;
  }
  const scope = scopeOf(turn, channel, conversation);
  turn.say(scope, { $case: 'repeated', value: { eventId: formerId } });
}

/** A message of the company that came back: what we sent ourselves is known by the platform's id of it. */
export function echoOf(turn: Turn, channel: ChannelEntry, event: ChannelEvent): ReturnType<typeof findMessage> {
  const isOwnSide = event.origin !== Origin.ORIGIN_CONTACT && event.origin !== Origin.ORIGIN_UNSPECIFIED;
  if (!isOwnSide || event.event?.$case !== 'message') return undefined;
  const found = findMessage(turn.draft, placeIn(channel.id, event.conversation), event.platformId);
  return found?.message.outgoing === undefined ? undefined : found;
}

/**
 * The echo of an own message proves that the platform has it: that is all it tells. One that came before the answer to the
 * send was held until that was known.
 */
export function takeEcho(
  turn: Turn,
  channel: ChannelEntry,
  event: ChannelEvent,
  { message, ref, wasHeld }: NonNullable<ReturnType<typeof findMessage>> & { readonly wasHeld: boolean },
): void {
  tellRepeat(turn, channel, event, { formerId: message._id, wasHeld });
  if (!wasHeld) turn.draft.insert('events', { _id: event.id, channelId: channel.id, at: new Date(turn.nowMs) });
  applyToParts(turn, message, [ref.part], { state: MessageState.MESSAGE_STATE_SENT });
}

/** Where a conversation's facts belong. */
export function scopeOf(turn: Turn, channel: ChannelEntry, conversation: ConversationDocument | undefined): Scope {
  return {
    tenantId: channel.tenantId,
    channel,
    conversationId: conversation?._id,
    contactId: conversation && contactIdOf(turn, conversation),
  };
}
