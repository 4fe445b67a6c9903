import {
  type Author,
  type ChannelEvent,
  type Content,
  type ConversationKind,
  type EventReceived,
  type Fact,
  type Media,
  MediaState,
  mapMedia,
  Origin,
  type Party,
  PortalEvent,
} from '@trunkline/contracts';

/** One event for a portal: what is sealed, and what stands outside the seal. */
export interface PlainEvent {
  readonly id: string;
  readonly tenantId: string;
  readonly portalId: string;
  /** CloudEvents type. */
  readonly type: string;
  readonly conversationId: string;
  readonly traceparent: string;
  /** Canonical JSON of the PortalEvent, UTF-8. */
  readonly plaintext: Buffer;
}

/** Gives the link under which a portal can fetch a stored file. Must give the same link for the same file and time. */
export type FileLink = (media: Media, atMs: number) => string;

type Event = NonNullable<PortalEvent['event']>;

/** The CloudEvents type of each event. */
const types: Record<Event['$case'], string> = {
  messageReceived: 'trunkline.message.received.v1',
  messageSubmitted: 'trunkline.message.submitted.v1',
  messageStatus: 'trunkline.message.status.v1',
  messageEdited: 'trunkline.message.edited.v1',
  messageDeleted: 'trunkline.message.deleted.v1',
  messageReaction: 'trunkline.message.reaction.v1',
  buttonPressed: 'trunkline.button.pressed.v1',
  conversationStarted: 'trunkline.conversation.started.v1',
  subscriptionChanged: 'trunkline.conversation.subscription.v1',
  groupChanged: 'trunkline.conversation.group.v1',
  contactJoined: 'trunkline.contact.joined.v1',
  contactSplit: 'trunkline.contact.split.v1',
  identityChanged: 'trunkline.contact.identity.v1',
  callHappened: 'trunkline.call.happened.v1',
  channelStateChanged: 'trunkline.channel.state.v1',
  fileSettled: 'trunkline.file.settled.v1',
  controlChanged: 'trunkline.conversation.control.v1',
  templateChanged: 'trunkline.template.changed.v1',
};

/**
 * What a fact tells its portal; undefined for what no portal needs. Made of the fact alone, so that the same fact always
 * gives the same bytes: the chain of the portal's stream speaks of them.
 */
export function portalEvent(fact: Fact, fileLink: FileLink): PlainEvent | undefined {
  if (fact.portalId === '') return undefined;
  const event = eventOf(fact, (media) => shown(media, fact, fileLink));
  if (!event) return undefined;
  const received = fact.fact?.$case === 'received' ? fact.fact.value : undefined;
  const portal = PortalEvent.fromPartial({
    id: fact.id,
    ...(fact.channelId && {
      channel: { id: fact.channelId, connector: fact.connector, name: fact.channelName, lineId: fact.lineId },
    }),
    ...(fact.conversationId && { conversation: conversationOf(fact, received) }),
    ...(fact.contactId && { contact: contactOf(fact.contactId, contactPartyOf(received?.event)) }),
    event,
  });
  return {
    id: fact.id,
    tenantId: fact.tenantId,
    portalId: fact.portalId,
    type: types[event.$case],
    conversationId: fact.conversationId,
    traceparent: fact.traceparent,
    plaintext: Buffer.from(JSON.stringify(PortalEvent.toJSON(portal))),
  };
}

/** A file as a portal sees it: with a link once it is stored, never with its source. */
function shown(media: Media, fact: Fact, fileLink: FileLink): Media {
  const url = media.state === MediaState.MEDIA_STATE_STORED ? fileLink(media, fact.at?.getTime() ?? 0) : '';
  return { ...media, source: undefined, url };
}

function eventOf(fact: Fact, change: (media: Media) => Media): Event | undefined {
  switch (fact.fact?.$case) {
    case 'received':
      return fact.fact.value.event && receivedEvent(fact.fact.value, fact.fact.value.event, change);
    case 'submitted':
      return submittedEvent(fact, change);
    case 'status':
      return { $case: 'messageStatus', value: fact.fact.value };
    case 'contactsJoined': {
      const { contactId, joinedContactId } = fact.fact.value;
      return { $case: 'contactJoined', value: { contactId, joinedContactId } };
    }
    case 'contactSplit': {
      const { contactId, newContactId } = fact.fact.value;
      return { $case: 'contactSplit', value: { contactId, newContactId } };
    }
    case 'fileSettled': {
      const { media, messageId } = fact.fact.value;
      return { $case: 'fileSettled', value: { messageId, media: media && change(media) } };
    }
    default:
      return undefined;
  }
}

function receivedEvent(
  received: EventReceived,
  event: ChannelEvent,
  change: (media: Media) => Media,
): Event | undefined {
  const targets = received.targetMessageIds;
  const target = targets[0] ?? '';
  const happened = event.event;
  switch (happened?.$case) {
    case 'message': {
      const { content, reply, forward, keyboard, albumId } = happened.value;
      const { origin, sentAt, context } = event;
      const answered = reply && { ...reply, messageId: target || reply.messageId };
      const message = { id: event.id, origin, author: authorOf(event), sentAt, forward, keyboard, albumId, context };
      const value = { ...message, content: withFiles(content, change), reply: answered, isLate: received.isLate };
      return { $case: 'messageReceived', value };
    }
    case 'edit': {
      const { content, revision } = happened.value;
      return { $case: 'messageEdited', value: { messageId: target, revision, content: withFiles(content, change) } };
    }
    case 'delete':
      return { $case: 'messageDeleted', value: { messageIds: targets } };
    case 'reaction':
      return { $case: 'messageReaction', value: { messageId: target, reactions: happened.value.reactions } };
    case 'press': {
      const { payload, title } = happened.value;
      return { $case: 'buttonPressed', value: { messageId: target, payload, title, context: event.context } };
    }
    case 'start':
      return { $case: 'conversationStarted', value: { payload: happened.value.payload, context: event.context } };
    case 'subscription':
      return { $case: 'subscriptionChanged', value: happened.value };
    case 'group':
      return {
        $case: 'groupChanged',
        value: { ...happened.value, members: happened.value.members.map(withoutSource(change)) },
      };
    case 'control':
      return { $case: 'controlChanged', value: happened.value };
    case 'identity':
      return { $case: 'identityChanged', value: happened.value };
    case 'call':
      return { $case: 'callHappened', value: happened.value };
    case 'channelState':
      return { $case: 'channelStateChanged', value: happened.value };
    case 'template':
      return { $case: 'templateChanged', value: happened.value };
    // A receipt reaches the portal as the status of its message; typing is not worth a place in an ordered stream.
    default:
      return undefined;
  }
}

function submittedEvent(fact: Fact, change: (media: Media) => Media): Event | undefined {
  const message = fact.fact?.$case === 'submitted' ? fact.fact.value.message : undefined;
  if (message?.action?.$case !== 'message') return undefined;
  const { content, reply, keyboard } = message.action.value;
  const written = {
    id: message.id,
    origin: message.origin,
    author: message.author,
    sentAt: fact.at,
    forward: undefined,
    albumId: '',
    context: undefined,
  };
  return {
    $case: 'messageSubmitted',
    value: { ...written, content: withFiles(content, change), reply, keyboard, isLate: false },
  };
}

/** The sender where that is the contact: in what the company's people wrote elsewhere it is one of them. */
function contactPartyOf(event: ChannelEvent | undefined): Party | undefined {
  return event && isOfContact(event) ? event.sender : undefined;
}

function authorOf(event: ChannelEvent): Author | undefined {
  if (isOfContact(event) || !event.sender) return undefined;
  return { id: event.sender.platformId, name: event.sender.displayName, avatarUrl: '' };
}

function isOfContact({ origin }: ChannelEvent): boolean {
  return origin === Origin.ORIGIN_CONTACT || origin === Origin.ORIGIN_UNSPECIFIED;
}

/** A person's picture is a file like others. */
function withoutSource(change: (media: Media) => Media): (party: Party) => Party {
  return (party) => (party.avatar ? { ...party, avatar: change(party.avatar) } : party);
}

function withFiles(content: Content | undefined, change: (media: Media) => Media): Content | undefined {
  return content && mapMedia(content, change);
}

function conversationOf(fact: Fact, received: EventReceived | undefined) {
  const named = received?.event?.conversation;
  const submitted = fact.fact?.$case === 'submitted' ? fact.fact.value : undefined;
  const known = named ?? submitted?.conversation;
  const number = received?.conversationNumber ?? submitted?.conversationNumber ?? 0;
  const kind: ConversationKind = known?.kind ?? 0;
  const isHeldElsewhere = received?.event?.isHeldElsewhere ?? false;
  const shownAs = { kind, title: known?.title ?? '', parentUrl: known?.parentUrl ?? '', number, isHeldElsewhere };
  return { id: fact.conversationId, ...shownAs };
}

function contactOf(contactId: string, party: Party | undefined) {
  if (!party) return { id: contactId };
  const { displayName, firstName, lastName, locale, profileUrl, country, isVerified, platformId, source } = party;
  const names = { displayName, firstName, lastName, locale, profileUrl, country, source };
  return { id: contactId, ...names, ids: party.alternativeIds, isVerified, platformId };
}
