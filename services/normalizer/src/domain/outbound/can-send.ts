import {
  type Capabilities,
  type ChannelEntry,
  ConversationKind,
  type ErrorCode,
  Initiation,
  type OutgoingMessage,
} from '@trunkline/contracts';
import { carries } from '../adapt/carries.ts';
import type { ConversationDocument, MessageDocument } from '../state/documents.ts';
import { type Refusal, refuse, wrongOrder } from './wrong-order.ts';

/** What the question "may we write?" is about. */
export interface SendQuestion {
  readonly conversation: ConversationDocument;
  readonly channel: ChannelEntry | undefined;
  readonly capabilities: Capabilities | undefined;
  readonly nowMs: number;
  /** What is to be sent, with the messages that it is about by id; absent for the question in general. */
  readonly order?: { readonly message: OutgoingMessage; readonly targets: ReadonlyMap<string, MessageDocument> };
}

/** The answer. */
export interface SendVerdict {
  readonly isAllowed: boolean;
  /** Why not; empty when allowed. */
  readonly code: ErrorCode | '';
  readonly reason: string;
  /** What would do. */
  readonly remedy: string;
  /** Free text may be sent; false if only a template or a tagged message may. */
  readonly isFreeTextAllowed: boolean;
  readonly isTemplateAllowed: boolean;
  /** Tags with which a message may be sent now, also outside the window. */
  readonly tags: readonly OpenTag[];
  /** When the window closes; absent when there is none. */
  readonly windowEndsAtMs?: number;
}

/** A tag of the platform that may be used now. */
export interface OpenTag {
  readonly tag: string;
  readonly untilMs: number;
}

/** Tells whether a conversation may be written to now, and by what; or whether one order may be sent. Pure. */
export function canSend(question: SendQuestion): SendVerdict {
  const ways = waysOf(question);
  const refusal = refusalOf(question, ways);
  const isReachable = refusal === undefined || refusal.code === 'window_closed';
  return {
    isAllowed: refusal === undefined,
    code: refusal?.code ?? '',
    reason: refusal?.reason ?? '',
    remedy: refusal?.remedy ?? '',
    isFreeTextAllowed: refusal === undefined && ways.isOpen,
    isTemplateAllowed: isReachable && ways.hasTemplates,
    tags: isReachable ? ways.tags : [],
    ...(ways.endsAtMs === undefined ? {} : { windowEndsAtMs: ways.endsAtMs }),
  };
}

/** By what a conversation can be written to now. */
interface Ways {
  readonly isOpen: boolean;
  readonly endsAtMs?: number;
  /** When somebody who has not written may be written to again; absent: whenever it is open. */
  readonly nextWordAtMs?: number;
  readonly hasTemplates: boolean;
  readonly tags: readonly OpenTag[];
}

function refusalOf(question: SendQuestion, ways: Ways): Refusal | undefined {
  const { channel, capabilities, conversation, order } = question;
  if (channel === undefined) {
    return refuse('recipient_invalid', 'The channel of this conversation is no more.', elsewhere);
  }
  if (!channel.isActive) return refuse('failed_precondition', 'The channel is switched off.', 'Switch it on.');
  if (capabilities === undefined) {
    return refuse('unavailable', 'The connector of this channel has not told what it carries.', 'Try again soon.');
  }
  if (capabilities.isOneWay) {
    return refuse('unsupported', 'Nothing can be sent here: people write here, and are answered elsewhere.', byPhone);
  }
  if (conversation.isBlocked === true) {
    return refuse('recipient_blocked', 'The person does not take our messages until they write again.', elsewhere);
  }
  const wrong = order === undefined ? undefined : wrongOrder({ ...question, order, capabilities });
  const held =
    isHeldElsewhere(conversation, question.nowMs) && order?.message.action?.$case !== 'control'
      ? heldElsewhere
      : undefined;
  return wrong ?? held ?? (isKeptOut(ways, order?.message) ? closed(conversation, ways) : undefined);
}

/** An app keeps a conversation for a day after the last word in it, unless it says otherwise. */
const heldMs = 24 * 60 * 60 * 1_000;

/** Does another app of the platform have the conversation, as far as is known? Pure. */
export function isHeldElsewhere({ heldElsewhereAtMs }: ConversationDocument, nowMs: number): boolean {
  return nowMs - (heldElsewhereAtMs ?? Number.NEGATIVE_INFINITY) < heldMs;
}

const heldElsewhere = refuse(
  'permission',
  'Another app of this messenger has the conversation.',
  'Take it by a control order, or ask the other app for it; it is free again a day after the last word.',
);
const elsewhere = 'Write to the person in another of their channels.';
const byPhone = 'Call the person, or write to their number or address in a channel that sends.';

/** Outside the window a template goes through, and what carries a tag that may be used; nothing else that shows. */
function isKeptOut({ isOpen, hasTemplates, tags }: Ways, message: OutgoingMessage | undefined): boolean {
  if (isOpen) return false;
  const action = message?.action;
  if (action === undefined) return !hasTemplates && tags.length === 0;
  if (action.$case === 'message') {
    const isTemplate = action.value.content?.kind?.$case === 'template';
    const wanted = action.value.options?.tag ?? '';
    return !(isTemplate && hasTemplates) && !tags.some(({ tag }) => tag === wanted);
  }
  return action.$case === 'typing' || action.$case === 'reaction';
}

function closed({ lastInboundAtMs }: ConversationDocument, { hasTemplates, tags, nextWordAtMs }: Ways): Refusal {
  const ways = [
    ...(hasTemplates ? ['Send a template that the platform has approved.'] : []),
    ...(tags.length > 0 ? [`Send it with a tag: ${tags.map(({ tag }) => tag).join(', ')}.`] : []),
  ];
  if (nextWordAtMs !== undefined) {
    const next = new Date(nextWordAtMs).toISOString().slice(0, 16).replace('T', ' ');
    const waiting = 'They have not written yet, and were written to already: that is possible only once in a while.';
    return refuse('window_closed', waiting, `Write again after ${next} UTC, or when they have answered.`);
  }
  const reason =
    lastInboundAtMs === undefined
      ? 'The person has not written yet, and this messenger lets them write first.'
      : 'The time to answer is over: the person has to write again.';
  return refuse('window_closed', reason, ways.length > 0 ? ways.join(' ') : elsewhere);
}

function waysOf({ conversation, capabilities, nowMs }: SendQuestion): Ways {
  if (capabilities === undefined) return { isOpen: false, hasTemplates: false, tags: [] };
  const { lastInboundAtMs } = conversation;
  // Some messengers have templates for people who wrote once, and none for a first word.
  const mayBegin = capabilities.initiation !== Initiation.INITIATION_CONTACT;
  return {
    ...windowOf(conversation, capabilities, nowMs),
    hasTemplates: carries(capabilities, 'template') !== undefined && (lastInboundAtMs !== undefined || mayBegin),
    tags: Object.entries(capabilities.tags)
      .map(([tag, seconds]) => ({ tag, untilMs: (lastInboundAtMs ?? Number.NaN) + seconds * 1_000 }))
      .filter(({ untilMs }) => nowMs <= untilMs),
  };
}

function windowOf(
  { lastInboundAtMs, firstWordAtMs, ref }: ConversationDocument,
  { initiation, windowSeconds, firstWordSeconds }: Capabilities,
  nowMs: number,
): Pick<Ways, 'isOpen' | 'endsAtMs' | 'nextWordAtMs'> {
  if (lastInboundAtMs === undefined) {
    const nextWordAtMs = (firstWordAtMs ?? Number.NEGATIVE_INFINITY) + firstWordSeconds * 1_000;
    if (nowMs < nextWordAtMs) return { isOpen: false, nextWordAtMs };
    const mayBegin = initiation === Initiation.INITIATION_ALWAYS || initiation === Initiation.INITIATION_PHONE;
    // We are in a group as soon as we know it; whoever is in it may write.
    const isIn = ref.kind === ConversationKind.CONVERSATION_KIND_GROUP && windowSeconds === 0;
    return { isOpen: mayBegin || isIn };
  }
  if (windowSeconds === 0) return { isOpen: true };
  const endsAtMs = lastInboundAtMs + windowSeconds * 1_000;
  return { isOpen: nowMs <= endsAtMs, endsAtMs };
}
