import { type ChannelEvent, Envelope, Fact, type HopKind } from '@trunkline/contracts';
import { type ClearEntry, distinct, entryOf, type Place, type Said } from './entry.ts';
import { mediaOutcome, messageOutcome } from './states.ts';

type EventCase = NonNullable<ChannelEvent['event']>['$case'];

/** What a channel event is called once it is a fact. */
const eventKinds: Readonly<Record<EventCase, HopKind>> = {
  message: 'messages.received',
  edit: 'messages.edited',
  delete: 'messages.deleted',
  reaction: 'reactions.set',
  press: 'buttons.pressed',
  receipt: 'receipts.given',
  typing: 'typing.shown',
  start: 'conversations.started',
  subscription: 'subscriptions.changed',
  group: 'groups.changed',
  control: 'control.changed',
  identity: 'identities.changed',
  call: 'calls.happened',
  channelState: 'channels.changed',
  template: 'templates.changed',
};

/** Facts that carry what people wrote, or who they are. */
const withContent: readonly string[] = ['received', 'submitted', 'fileSettled'];

/** Entries of a message of FACTS: what a stage decided. Pure; throws when it is no envelope. */
export function factEntries(place: Place, data: Uint8Array): ClearEntry[] {
  const { stage, items } = Envelope.decode(data);
  return items.map((bytes, index) => {
    const fact = Fact.decode(bytes);
    const { id, tenantId, portalId, channelId, conversationId, contactId, traceparent } = fact;
    const about = { id, tenantId, portalId, channelId, conversationId, contactId, traceparent, service: stage };
    // A conversation of several people may have no contact: its content then goes with the conversation.
    const saltId = contactId || conversationId;
    const hasContent = saltId !== '' && withContent.includes(fact.fact?.$case ?? '');
    const entry = entryOf(place, index, { ...about, ...saidOf(fact), ...(hasContent ? { saltId } : {}) });
    return hasContent ? { entry, content: bytes } : { entry };
  });
}

function saidOf({ id, fact }: Fact): Said {
  switch (fact?.$case) {
    case 'received': {
      const { event, targetMessageIds, isLate } = fact.value;
      const kind = event?.event ? eventKinds[event.event.$case] : 'item.unreadable';
      const messageIds = distinct([id, ...targetMessageIds]);
      const platformIds = distinct([event?.platformId ?? '']);
      return { kind, messageIds, platformIds, outcome: isLate ? 'late' : 'normalized' };
    }
    case 'submitted':
      return {
        kind: 'messages.submitted',
        messageIds: distinct([fact.value.message?.id ?? '']),
        outcome: 'normalized',
      };
    case 'status': {
      const { messageId, platformIds, state, error } = fact.value;
      const said = { messageIds: distinct([messageId]), platformIds: distinct(platformIds) };
      return { kind: 'messages.status', outcome: messageOutcome(state, error), ...said };
    }
    case 'contactsJoined':
      return { kind: 'contacts.joined', contactId: fact.value.contactId, outcome: fact.value.reason };
    case 'contactSplit':
      return { kind: 'contacts.split', contactId: fact.value.contactId };
    case 'parked':
      return { kind: 'items.parked', messageIds: distinct([fact.value.parkedId]), outcome: fact.value.code };
    case 'repeated':
      return { kind: 'items.repeated', messageIds: distinct([fact.value.eventId]), outcome: 'repeated' };
    case 'fileSettled': {
      const { messageId, media } = fact.value;
      return { kind: 'files.settled', messageIds: distinct([messageId]), outcome: mediaOutcome(media?.state) };
    }
    case 'timerSet':
      return { kind: 'timers.set', messageIds: distinct([fact.value.timerId]) };
    case 'timerDue':
      return { kind: 'timers.due', messageIds: distinct([fact.value.timerId]) };
    case 'keyUsed': {
      const { kid, use, count } = fact.value;
      return { kind: 'keys.used', outcome: use, kid, count };
    }
    case undefined:
      return { kind: 'item.unreadable', outcome: 'unknown_kind' };
  }
}
