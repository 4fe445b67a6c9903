import type { ConversationKind, MessageState, Origin, ReceiptState } from '@trunkline/contracts';
import type { PartDocument, PartError, StandingPart } from './part-documents.ts';

/** What the normalizer keeps, by collection. Parts that are only passed on stand as serialized contracts (bytes). */
export interface Documents {
  messages: MessageDocument;
  messageRefs: MessageRefDocument;
  conversations: ConversationDocument | MovedConversationDocument;
  contacts: ContactDocument;
  contactKeys: ContactKeyDocument;
  identities: IdentityDocument;
  submissions: SubmissionDocument;
  events: EventDocument;
  holds: HoldDocument;
  parkedIn: ParkedDocument;
}

/** Name of one of the collections above. */
export type CollectionName = keyof Documents;

/** A message of either direction as history keeps it. Its id: of the channel event, or of the outgoing message. */
export interface MessageDocument {
  readonly _id: string;
  readonly tenantId: string;
  readonly channelId: string;
  readonly conversationId: string;
  readonly contactId: string;
  /** Number in the conversation; 0 for one that was refused. */
  readonly number: number;
  /** True for what is a line of the history; false for orders that change another message. */
  readonly isLine: boolean;
  readonly isOutbound: boolean;
  readonly origin: Origin;
  readonly sentAtMs: number;
  /** Content, serialized; as last changed. */
  readonly content?: Uint8Array;
  /** Quote, serialized. */
  readonly reply?: Uint8Array;
  /** Keyboard of an inbound one, serialized. */
  readonly keyboard?: Uint8Array;
  /** OutgoingMessage, serialized, as it was accepted. */
  readonly outgoing?: Uint8Array;
  readonly platformIds: readonly string[];
  /** Of a received one: the conversation in which the platform's ids mean something. */
  readonly conversationPlatformId?: string;
  /** Revision of the last edit. */
  readonly revision?: number;
  readonly editedAtMs?: number;
  readonly deletedAtMs?: number;
  /** What it said had to be deleted with it, and nothing may bring it back. */
  readonly isForgotten?: true;
  readonly reactions?: readonly PersonReactions[];
  /** What was told last of an outgoing one, and what is known of each part. */
  readonly state?: MessageState;
  readonly parts?: readonly PartDocument[];
  readonly degraded?: readonly string[];
  /** What an outgoing one consists of on the platform, where that is not one message that was sent with it. */
  readonly standsAs?: readonly StandingPart[];
  /** Of the group that it made. */
  readonly inviteLink?: string;
}

/** One person's reactions. */
export interface PersonReactions {
  /** Identity; empty for ours. */
  readonly by: string;
  readonly reactions: readonly string[];
}

/** Finds a message of ours by the platform's id of it. */
export interface MessageRefDocument {
  readonly _id: string;
  /** Empty: it has not come, but a change of it waits for it. */
  readonly messageId: string;
  /** Part of an outgoing message, or item of an album. */
  readonly part: number;
  /** Where the platform's one message is several of ours: the others. */
  readonly others?: readonly string[];
}

/** A conversation: identity or group in a channel, for ever. */
export interface ConversationDocument {
  readonly _id: string;
  readonly tenantId: string;
  readonly channelId: string;
  readonly ref: ConversationName;
  /** The person of a private conversation. */
  readonly identityId?: string;
  /** The number given last. */
  readonly number: number;
  readonly createdAtMs: number;
  /** When the person wrote, pressed or opened last: the window runs from here. */
  readonly lastInboundAtMs?: number;
  /** When somebody who had not written was written to last: some platforms let that happen only once in a while. */
  readonly firstWordAtMs?: number;
  readonly isBlocked?: boolean;
  /** When another app of the platform was last heard to have it; absent: none has. */
  readonly heldElsewhereAtMs?: number;
  /** When we took it, released it or passed it on last: older news of who has it are outdated. */
  readonly controlledAtMs?: number;
  /** Order key of the last released event. */
  readonly lastOrderKey?: string;
  /** Sent messages that the person may not have read yet, oldest first, at most 200: what a watermark can mean. */
  readonly unread?: readonly string[];
  /** The highest watermark of each state. */
  readonly watermarks?: readonly Watermark[];
  /** Own messages that are queued, or of unknown outcome, oldest first, at most 50: what the company writes may be these. */
  readonly undecided?: readonly string[];
  /** Numbered options that the last message offered as text. */
  readonly options?: OfferedOptions;
  readonly counts: Balance;
}

/** The name of a conversation at its new place, after the platform moved it. */
export interface MovedConversationDocument {
  readonly _id: string;
  readonly movedTo: string;
}

/** A conversation as the platform names it. */
export interface ConversationName {
  readonly platformId: string;
  readonly kind: ConversationKind;
  readonly title: string;
  readonly threadId: string;
  readonly parentUrl: string;
  readonly parentId: string;
  readonly parentCommentId: string;
  readonly resumeToken: string;
  /** Absent where an account has no parts. */
  readonly subchannel?: string;
}

/** Everything up to here is delivered or read. */
export interface Watermark {
  readonly state: ReceiptState;
  /** A time in milliseconds, or a number of the platform. */
  readonly upTo: string;
  readonly isByNumber: boolean;
}

/** Options written as numbered lines, because the channel has no buttons. */
export interface OfferedOptions {
  readonly messageId: string;
  readonly options: readonly Option[];
}

/** One of them. */
export interface Option {
  readonly label: string;
  readonly payload: string;
}

/** What became of a conversation's events. accepted = normalized + repeated + parked + held, always. */
export interface Balance {
  readonly accepted: number;
  readonly normalized: number;
  readonly repeated: number;
  readonly parked: number;
  readonly held: number;
}

/** A person. */
export interface ContactDocument {
  readonly _id: string;
  readonly tenantId: string;
  readonly displayName: string;
  readonly identityIds: readonly string[];
  readonly createdAtMs: number;
  /** The contact that stayed, for one that is no more. */
  readonly joinedInto?: string;
}

/** The contact that a verified value belongs to. */
export interface ContactKeyDocument {
  readonly _id: string;
  readonly tenantId: string;
  readonly contactId: string;
}

/** A person in one channel. */
export interface IdentityDocument {
  readonly _id: string;
  readonly tenantId: string;
  readonly channelId: string;
  readonly connector: string;
  readonly contactId: string;
  /** Party, serialized. */
  readonly party: Uint8Array;
  /** Everything that the person can be found by. */
  readonly values: readonly string[];
  /** Private conversations. */
  readonly conversationIds: readonly string[];
  /** Within a minute. */
  readonly lastSeenAtMs: number;
  /** A person split it off: it is never joined by itself again. */
  readonly isPinned?: boolean;
}

/** What was taken under an idempotency key: a message or a command, with what became of it. */
export interface SubmissionDocument {
  readonly _id: string;
  readonly tenantId: string;
  /** SHA-256 of what was asked, in hex: tells a repeat from another request under the same key. */
  readonly bodySha256: string;
  readonly at: Date;
  /** For a command: "done" or one of our error codes. */
  readonly outcome?: string;
  readonly reason?: string;
  /** For a command: the contact or message that it is about. */
  readonly resultId?: string;
}

/** An event that was seen: repeats are found by it. */
export interface EventDocument {
  readonly _id: string;
  readonly channelId: string;
  readonly at: Date;
  /** For a press: what the connector needs to answer it. */
  readonly ackToken?: string;
}

/** What waits: events of a conversation, or what is told of a message that is not known yet. */
export type HoldDocument = EventHold | ReceiptHold;

/** Events of one conversation that wait for each other. Its id is the conversation's. */
export interface EventHold {
  readonly _id: string;
  readonly kind: 'events';
  readonly lane: number;
  readonly channelId: string;
  readonly dueAtMs: number;
  /** In the order in which they will be released. */
  readonly entries: readonly HeldEvent[];
}

/** One held event, or the gathered parts of an album. */
export interface HeldEvent {
  /** ChannelEvents, serialized; several for an album. */
  readonly events: readonly Uint8Array[];
  readonly orderKey: string;
  readonly dueAtMs: number;
  readonly traceparent: string;
  /** Set while an album is being gathered. */
  readonly albumId?: string;
  /** Set while it may be the echo of a send whose result is not known: so long nothing behind it is released. */
  readonly echoUntilMs?: number;
}

/**
 * What came before its message: receipts before the result of their send, edits, deletions and reactions before what they are
 * about. Its id is that of the message ref.
 */
export interface ReceiptHold {
  readonly _id: string;
  readonly kind: 'receipts';
  readonly lane: number;
  readonly channelId: string;
  readonly dueAtMs: number;
  readonly receipts: readonly HeldReceipt[];
  /** In the order in which they came. */
  readonly changes?: readonly HeldChange[];
}

/** A change of a message that has not come yet. */
export interface HeldChange {
  /** ChannelEvent, serialized. */
  readonly event: Uint8Array;
  /** Identity of whoever changed it; empty for the company. */
  readonly by: string;
  readonly atMs: number;
  /** A deletion that obliges us to forget what was said. */
  readonly isBinding: boolean;
}

/** One of them. */
export interface HeldReceipt {
  readonly state: ReceiptState;
  readonly error?: PartError;
}

/** An item that could not be understood. */
export interface ParkedDocument {
  readonly _id: string;
  readonly tenantId: string;
  readonly channelId: string;
  readonly connector: string;
  readonly at: Date;
  /** Where its item stood in the stream; absent in what an older version parked. */
  readonly place?: string;
  readonly keptUntil: Date;
  readonly code: string;
  readonly reason: string;
  /** The whole item, encrypted. */
  readonly sealed: Uint8Array;
  /** Key of the body in the object store, where it was too large for the bus. */
  readonly bodyKey?: string;
}
