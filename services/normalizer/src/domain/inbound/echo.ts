import { type ChannelEntry, type ChannelEvent, type Content, ids, MessageState, Origin } from '@trunkline/contracts';
import { applyToParts } from '../outbound/apply-status.ts';
import { contactIdOf, conversationOf, count, refOf } from '../state/conversation.ts';
import type { ConversationDocument, MessageDocument } from '../state/documents.ts';
import { contentOf, outgoingOf } from '../state/message-content.ts';
import { findMessage, keepRef, placeIn } from '../state/message-refs.ts';
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
export function mayBecomeEcho(turn: Turn, event: ChannelEvent, conversation: ConversationDocument): boolean {
  if (!isOfCompany(event) || marksOwn(turn, conversation)) return false;
  return undecidedOf(turn, conversation).some((message) => isAwaitedBy(turn, event, message));
}

/** Where a connector knows own messages by a mark, whatever it tells is another app's. */
function marksOwn({ directory }: Turn, conversation: ConversationDocument): boolean {
  const channel = directory.channel(conversation.channelId);
  return channel !== undefined && directory.capabilities(channel.connector, refOf(conversation))?.marksOwn === true;
}

function undecidedOf({ draft }: Turn, { undecided }: ConversationDocument): readonly MessageDocument[] {
  return (undecided ?? []).flatMap((id) => draft.get('messages', id) ?? []);
}

/**
 * Will the result of a message tell whether an event is its echo. What is older than the message is not; and an order that was
 * never done, because nobody could read it, has no result ever.
 */
function isAwaitedBy({ nowMs, settings }: Turn, event: ChannelEvent, message: MessageDocument): boolean {
  if (message.state !== MessageState.MESSAGE_STATE_QUEUED) return false;
  if (atMsOf(event, nowMs) < message.sentAtMs - clockMs) return false;
  const expiresAtMs = outgoingOf(message)?.expiresAt?.getTime() ?? message.sentAtMs;
  return nowMs <= expiresAtMs + settings.echoWaitMs;
}

function atMsOf({ sentAt, receivedAt }: ChannelEvent, nowMs: number): number {
  return (sentAt ?? receivedAt)?.getTime() ?? nowMs;
}

function isOfCompany({ origin, event }: ChannelEvent): boolean {
  const isOwnSide = origin !== Origin.ORIGIN_CONTACT && origin !== Origin.ORIGIN_UNSPECIFIED;
  return isOwnSide && event?.$case === 'message';
}

/** The platform's clock may be so far behind ours, and tell whole seconds only. */
const clockMs = 5_000;

/**
 * The one send of unknown outcome that says the same, made while the platform got this one: it is told as unknown a while after
 * its call. None where it could be several, or one whose result is still to come.
 */
function unansweredLike(turn: Turn, channel: ChannelEntry, event: ChannelEvent): Echoed | undefined {
  const ref = event.conversation;
  const conversation = ref && conversationOf(turn.draft, ids.conversation(channel.id, ref.platformId));
  const content = event.event?.$case === 'message' ? event.event.value.content : undefined;
  const words = wordsOf(content);
  if (conversation === undefined || words === '') return undefined;
  const alike = undecidedOf(turn, conversation).filter(
    (message) =>
      (isAwaitedBy(turn, event, message) || isUnansweredAt(message, atMsOf(event, turn.nowMs))) &&
      wordsOf(contentOf(message)) === words,
  );
  const [message, another] = alike;
  const isProved = another === undefined && message?.state === MessageState.MESSAGE_STATE_UNKNOWN;
  return isProved ? { message, part: 0 } : undefined;
}

function isUnansweredAt({ sentAtMs, parts = [] }: MessageDocument, atMs: number): boolean {
  const [part, ...others] = parts;
  if (part?.state !== MessageState.MESSAGE_STATE_UNKNOWN || others.length > 0 || part.platformIds.length > 0)
    return false;
  return atMs >= sentAtMs - clockMs && atMs <= (part.atMs ?? sentAtMs);
}

/** Words alone tell one message from another: a picture without any is like every other. */
function wordsOf(content: Content | undefined): string {
  return content?.kind?.$case === 'text' ? content.kind.value.plain : '';
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
