import { type ChannelEntry, type ChannelEvent, ConversationKind, ids, Origin, type Party } from '@trunkline/contracts';
import { recognise } from '../people/identity.ts';
import { joinByProofs } from '../people/join.ts';
import { proofsOf } from '../people/proofs.ts';
import { contactIdOf, conversationOf, count, openConversation } from '../state/conversation.ts';
import type { ConversationDocument, IdentityDocument } from '../state/documents.ts';
import { findMessage, type Place, placeIn } from '../state/message-refs.ts';
import type { Scope, Turn } from '../turn.ts';
import { buttonPressed, messageEdited, messagesDeleted, reactionSet } from './changes.ts';
import { type Effect, heardFrom, type Placed } from './effect.ts';
import { groupChanged, subscriptionChanged } from './group.ts';
import { heldBy } from './held-by.ts';
import { identityChanged } from './identity-changed.ts';
import { messageWritten } from './message.ts';

/** An event whose turn has come. */
export interface ReleasedEvent {
  readonly event: ChannelEvent;
  /** The platform's ids of what it stands for. */
  readonly platformIds: readonly string[];
  /** How many held events it stands for; 0 for one that never waited. */
  readonly heldCount: number;
  /** True for one that comes long after its time, whatever its order key says. */
  readonly isLate?: boolean;
  /** Trace context of the event's own item, where it waited. */
  readonly traceparent?: string;
}

/** Gives an event its place: conversation, person, number; does what its kind does; tells it. */
export function placeEvent(turn: Turn, channel: ChannelEntry, released: ReleasedEvent): void {
  const ref = released.event.conversation;
  if (ref === undefined || ref.platformId === '') {
    placeOutside(turn, channel, released.event);
    return;
  }
  const place = placeIn(channel.id, ref);
  const conversation = whereDeleted(turn, place, released.event) ?? openConversation(turn, channel, ref);
  const opened = withPerson(conversation, channel, released.event);
  const person = personOf(turn, channel, released.event, opened);
  // Whoever reads it learns all that is known of the person: a messenger does not tell everything every time.
  const event = person.party === undefined ? released.event : { ...released.event, sender: person.party };
  const order = orderOf(opened, event);
  const isLate = order.isLate || released.isLate === true;
  const number = opened.number + 1;
  const placed: Placed = {
    turn,
    channel,
    event,
    conversation: { ...(isLate ? opened : heldBy(opened, event, turn.nowMs)), number, ...order.change },
    number,
    place,
    identity: person.identity,
    contactId: person.contactId,
    platformIds: released.platformIds,
  };
  const effect = effectOf(placed);
  const { heldCount } = released;
  const change = heldCount > 0 ? { held: -heldCount, normalized: heldCount } : { accepted: 1, normalized: 1 };
  turn.draft.put('conversations', count(turn, effect.conversation ?? placed.conversation, change));
  remember(placed, effect, heldCount > 0);
  const scope: Scope = { tenantId: channel.tenantId, channel, conversationId: opened._id, contactId: person.contactId };
  const value = {
    event: effect.event ?? event,
    conversationNumber: number,
    targetMessageIds: [...(effect.targets ?? [])],
    isLate,
    isFirst: number === 1,
  };
  const trace = released.traceparent === undefined ? {} : { traceparent: released.traceparent };
  turn.say(scope, { $case: 'received', value }, { id: released.event.id, ...trace });
  effect.after?.(scope);
}

/** What belongs to the channel and to no conversation. */
function placeOutside(turn: Turn, channel: ChannelEntry, event: ChannelEvent): void {
  turn.draft.insert('events', { _id: event.id, channelId: channel.id, at: new Date(turn.nowMs) });
  turn.tally.events.accepted += 1;
  turn.tally.events.normalized += 1;
  const value = { event, conversationNumber: 0, targetMessageIds: [], isLate: false, isFirst: false };
  turn.say({ tenantId: channel.tenantId, channel }, { $case: 'received', value }, { id: event.id });
}

function effectOf(placed: Placed): Effect {
  const { event } = placed.event;
  switch (event?.$case) {
    case 'message':
      return messageWritten(placed, event.value);
    case 'edit':
      return messageEdited(placed, event.value);
    case 'delete':
      return messagesDeleted(placed, event.value);
    case 'reaction':
      return reactionSet(placed, event.value);
    case 'press':
      return buttonPressed(placed, event.value);
    case 'start':
      return { conversation: heardFrom(placed) };
    case 'subscription':
      return subscriptionChanged(placed, event.value);
    case 'group':
      return groupChanged(placed, event.value);
    case 'identity':
      return identityChanged(placed, event.value);
    default:
      return {};
  }
}

/** A message is found again in history; everything else by its id alone. What was held is remembered already. */
function remember({ turn, channel, event }: Placed, { ackToken }: Effect, wasHeld: boolean): void {
  if (event.event?.$case === 'message') return;
  const document = {
    _id: event.id,
    channelId: channel.id,
    at: new Date(turn.nowMs),
    ...(ackToken ? { ackToken } : {}),
  };
  if (wasHeld) turn.draft.put('events', document);
  else turn.draft.insert('events', document);
}

/** A comment is deleted where it stands, although its platform may not tell beneath which other it does. */
function whereDeleted(turn: Turn, place: Place, { event }: ChannelEvent): ConversationDocument | undefined {
  if (place.postPlatformId === undefined || event?.$case !== 'delete') return undefined;
  const found = findMessage(turn.draft, place, event.value.targetPlatformIds[0] ?? '');
  return found && conversationOf(turn.draft, found.message.conversationId);
}

/** The conversation as the event tells of it. A private one is with the first person that writes in it. */
function withPerson(
  conversation: ConversationDocument,
  channel: ChannelEntry,
  event: ChannelEvent,
): ConversationDocument {
  const { ref } = conversation;
  const title = event.conversation?.title || ref.title;
  const resumeToken = event.conversation?.resumeToken || ref.resumeToken;
  const isSame = title === ref.title && resumeToken === ref.resumeToken;
  const told = isSame ? conversation : { ...conversation, ref: { ...ref, title, resumeToken } };
  const isPrivate = told.ref.kind === ConversationKind.CONVERSATION_KIND_PRIVATE;
  if (!isPrivate || told.identityId !== undefined || !isByContact(event)) return told;
  return { ...told, identityId: ids.identity(channel.id, event.sender?.platformId ?? '') };
}

function personOf(
  turn: Turn,
  channel: ChannelEntry,
  event: ChannelEvent,
  conversation: ConversationDocument,
): { identity: IdentityDocument | undefined; party?: Party; contactId: string } {
  if (!isByContact(event)) return { identity: undefined, contactId: contactIdOf(turn, conversation) };
  const recognised = recognise(turn, channel, event, conversation);
  const proofs = event.sender === undefined ? [] : proofsOf(event.sender, event.event);
  return { ...recognised, contactId: joinByProofs(turn, recognised.identity, proofs) };
}

function isByContact({ origin, sender }: ChannelEvent): boolean {
  const isContact = origin === Origin.ORIGIN_CONTACT || origin === Origin.ORIGIN_UNSPECIFIED;
  return isContact && sender !== undefined && sender.platformId !== '';
}

/** Is it late, and how far is the conversation now. */
function orderOf(
  { lastOrderKey = '' }: ConversationDocument,
  { order }: ChannelEvent,
): { isLate: boolean; change: { lastOrderKey?: string } } {
  const key = order?.key ?? '';
  if (key === '') return { isLate: false, change: {} };
  return key < lastOrderKey ? { isLate: true, change: {} } : { isLate: false, change: { lastOrderKey: key } };
}
