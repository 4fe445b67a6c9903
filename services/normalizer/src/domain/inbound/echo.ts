import { type ChannelEntry, type ChannelEvent, type Content, ids, MessageState, Origin } from '@trunkline/contracts';
import { applyToParts } from '../outbound/apply-status.ts';
import { contactIdOf, conversationOf, count } from '../state/conversation.ts';
import type { ConversationDocument, MessageDocument } from '../state/documents.ts';
import { contentOf } from '../state/message-content.ts';
import { findMessage, keepRef, placeIn } from '../state/message-refs.ts';
import { plainTextOf } from '../state/plain-text.ts';
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

/** An own message that came back, and which part of it. */
export interface Echoed {
  readonly message: MessageDocument;
  readonly part: number;
}

/**
 * The own message that a message of the company is: known by the platform's id of it; or, where our send has ended without an
 * answer, by what it says.
 */
export function echoOf(turn: Turn, channel: ChannelEntry, event: ChannelEvent): Echoed | undefined {
  if (!isOfCompany(event)) return undefined;
  const found = findMessage(turn.draft, placeIn(channel.id, event.conversation), event.platformId);
  if (found === undefined) return unansweredLike(turn, channel, event);
  const { message, ref } = found;
  return message.outgoing === undefined ? undefined : { message, part: ref.part };
}

/** Is it perhaps the echo of a send whose result we have not heard yet. */
export function mayBecomeEcho({ draft }: Turn, event: ChannelEvent, conversation: ConversationDocument): boolean {
  const isQueued = (id: string) => draft.get('messages', id)?.state === MessageState.MESSAGE_STATE_QUEUED;
  return isOfCompany(event) && (conversation.undecided ?? []).some(isQueued);
}

function isOfCompany({ origin, event }: ChannelEvent): boolean {
  const isOwnSide = origin !== Origin.ORIGIN_CONTACT && origin !== Origin.ORIGIN_UNSPECIFIED;
  return isOwnSide && event?.$case === 'message';
}

/** The platform's clock may be so far behind ours, and tell whole seconds only. */
const clockMs = 5_000;

/** The one send of unknown outcome that says the same, made while the platform got this one; none where it could be several. */
function unansweredLike(turn: Turn, channel: ChannelEntry, event: ChannelEvent): Echoed | undefined {
  const ref = event.conversation;
  const conversation = ref && conversationOf(turn.draft, ids.conversation(channel.id, ref.platformId));
  const content = event.event?.$case === 'message' ? event.event.value.content : undefined;
  const atMs = (event.sentAt ?? event.receivedAt)?.getTime() ?? turn.nowMs;
  const alike = (conversation?.undecided ?? []).flatMap((id) => {
    const message = turn.draft.get('messages', id);
    const [part, ...others] = message?.parts ?? [];
    if (message === undefined || part?.state !== MessageState.MESSAGE_STATE_UNKNOWN || others.length > 0) return [];
    const isThen = atMs >= message.sentAtMs - clockMs && atMs <= (part.atMs ?? message.sentAtMs) + clockMs;
    return part.platformIds.length === 0 && isThen && isAlike(contentOf(message), content) ? [message] : [];
  });
  const [message, another] = alike;
  return message === undefined || another !== undefined ? undefined : { message, part: 0 };
}

function isAlike(one: Content | undefined, other: Content | undefined): boolean {
  return one?.kind?.$case === other?.kind?.$case && plainTextOf(one) === plainTextOf(other);
}

/**
 * The echo of an own message proves that the platform has it: that is all it tells. One that came before the answer to the
 * send was held until that was known.
 */
export function takeEcho(
  turn: Turn,
  channel: ChannelEntry,
  event: ChannelEvent,
  { message, part, wasHeld }: Echoed & { readonly wasHeld: boolean },
): void {
  tellRepeat(turn, channel, event, { formerId: message._id, wasHeld });
  if (!wasHeld) turn.draft.insert('events', { _id: event.id, channelId: channel.id, at: new Date(turn.nowMs) });
  const { platformId } = event;
  keepRef(turn.draft, placeIn(channel.id, event.conversation), platformId, { messageId: message._id, part });
  const platformIds = platformId === '' ? [] : [platformId];
  const takenAtMs = event.sentAt?.getTime();
  applyToParts(turn, message, [part], { state: MessageState.MESSAGE_STATE_SENT, platformIds, takenAtMs });
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
