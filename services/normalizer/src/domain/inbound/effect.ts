import type { ChannelEntry, ChannelEvent } from '@trunkline/contracts';
import type { ConversationDocument, IdentityDocument } from '../state/documents.ts';
import type { Place } from '../state/message-refs.ts';
import type { Scope, Turn } from '../turn.ts';

/** An event whose place and person are known. */
export interface Placed {
  readonly turn: Turn;
  readonly channel: ChannelEntry;
  readonly event: ChannelEvent;
  readonly conversation: ConversationDocument;
  /** Number in the conversation; 0 for what has none. */
  readonly number: number;
  /** Where the platform's ids of the event mean something. */
  readonly place: Place;
  /** Who did it; absent for what the company or the platform does. */
  readonly identity: IdentityDocument | undefined;
  /** The contact that it is about; empty when there is none. */
  readonly contactId: string;
  /** The platform's ids of what was gathered: of an album's parts, else of the one message. */
  readonly platformIds: readonly string[];
}

/** What an event of one kind does, beyond being told. */
export interface Effect {
  /** The event with what we know added to it. */
  readonly event?: ChannelEvent;
  /** Our ids of the messages that it is about, in its order; empty text for one that was never seen here. */
  readonly targets?: readonly string[];
  /** The conversation with what changed. */
  readonly conversation?: ConversationDocument;
  /** Kept with the event, to answer it. */
  readonly ackToken?: string;
  /** What else is told, after the event. */
  readonly after?: (scope: Scope) => void;
}

/** The person did something: the window runs anew, and whoever had blocked us has not any more. */
export function heardFrom({ turn, event, conversation, identity }: Placed): ConversationDocument {
  if (identity === undefined) return conversation;
  const atMs = Math.min(turn.nowMs, (event.sentAt ?? event.receivedAt)?.getTime() ?? turn.nowMs);
  const lastInboundAtMs = Math.max(conversation.lastInboundAtMs ?? 0, atMs);
  return { ...conversation, lastInboundAtMs, isBlocked: false };
}
