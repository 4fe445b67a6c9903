import { type ChannelEvent, Content, ids, Keyboard, type MessageWritten, Origin, Quote } from '@trunkline/contracts';
import type { MessageDocument, OfferedOptions, Option } from '../state/documents.ts';
import { contentOf } from '../state/message-content.ts';
import { completeQuote, keepRef } from '../state/message-refs.ts';
import { isAwaited, takeWaiting } from '../state/waiting.ts';
import type { Scope, Turn } from '../turn.ts';
import { waitingDeletion, withWaiting } from './changes.ts';
import { type Effect, heardFrom, type Placed } from './effect.ts';

/**
 * A message was written: it goes into history, and its ids and its quote are tied to it. What changed it before it came is done
 * to it, also as it is told.
 */
export function messageWritten(placed: Placed, written: MessageWritten): Effect {
  const { turn, event, place } = placed;
  const reply = written.reply && completeQuote(turn.draft, place, written.reply);
  let document = documentOf(placed, { ...written, reply });
  let deletion: ChannelEvent | undefined;
  for (const [part, platformId] of placed.platformIds.entries()) {
    const hold = isAwaited(turn, place, platformId) ? takeWaiting(turn, place, platformId) : undefined;
    document = withWaiting(document, part, hold);
    deletion ??= waitingDeletion(hold);
    keepRef(turn.draft, place, platformId, { messageId: event.id, part });
  }
  turn.draft.insert('messages', document);
  const value = asItIs({ ...written, reply }, document);
  const chosen = choiceOf(placed, value);
  return {
    event: { ...event, event: { $case: 'message', value } },
    targets: value.reply?.messageId ? [value.reply.messageId] : [],
    conversation: heardFrom(placed),
    after: (scope) => {
      if (chosen !== undefined) pressed(placed, chosen, scope);
      if (deletion !== undefined) deleted(placed, deletion, scope);
    },
  };
}

/** What was written, as changes that came before have left it. */
function asItIs(written: MessageWritten, document: MessageDocument): MessageWritten {
  if (document.isForgotten === true)
    return { ...written, content: undefined, reply: undefined, forward: undefined, keyboard: undefined };
  return document.revision === undefined ? written : { ...written, content: contentOf(document) };
}

function documentOf(placed: Placed, { content, reply, keyboard }: MessageWritten): MessageDocument {
  const { turn, event, channel, conversation } = placed;
  return {
    _id: event.id,
    tenantId: channel.tenantId,
    channelId: channel.id,
    conversationId: conversation._id,
    contactId: placed.contactId,
    number: placed.number,
    isLine: true,
    isOutbound: isOfCompany(event.origin),
    origin: event.origin,
    sentAtMs: (event.sentAt ?? event.receivedAt)?.getTime() ?? turn.nowMs,
    platformIds: placed.platformIds,
    conversationPlatformId: placed.place.conversationPlatformId,
    ...(content === undefined ? {} : { content: Content.encode(content, turn.writer).finish() }),
    ...(reply === undefined ? {} : { reply: Quote.encode(reply, turn.writer).finish() }),
    ...(keyboard === undefined ? {} : { keyboard: Keyboard.encode(keyboard, turn.writer).finish() }),
  };
}

function isOfCompany(origin: Origin): boolean {
  return origin !== Origin.ORIGIN_UNSPECIFIED && origin !== Origin.ORIGIN_CONTACT && origin !== Origin.ORIGIN_SYSTEM;
}

/** A number or label that answers options written as text. */
interface Choice extends Option {
  readonly messageId: string;
}

function choiceOf({ conversation, identity }: Placed, { content }: MessageWritten): Choice | undefined {
  const text = content?.kind?.$case === 'text' ? content.kind.value.plain : '';
  const { options } = conversation;
  return identity === undefined || options === undefined ? undefined : chosenBy(text, options);
}

function chosenBy(text: string, { messageId, options }: OfferedOptions): Choice | undefined {
  const word = text.trim().toLocaleLowerCase('und');
  const byNumber = /^\d{1,3}\.?$/.test(word) ? options[Number.parseInt(word, 10) - 1] : undefined;
  const option = options.find(({ label }) => label.trim().toLocaleLowerCase('und') === word) ?? byNumber;
  return option && { ...option, messageId };
}

/** An answer to numbered options counts as a press, told after the message itself. */
function pressed({ turn, channel, event }: Placed, { messageId, label, payload }: Choice, scope: Scope): void {
  const dedupeKey = `press:${event.dedupeKey}`;
  const id = ids.event(channel.id, dedupeKey);
  const value = { targetPlatformId: '', payload, title: label, ackToken: '' };
  const press: ChannelEvent = { ...event, id, dedupeKey, platformId: '', event: { $case: 'press', value } };
  tellAlso(turn, scope, press, messageId);
}

/** When the deletion came, nobody knew of what: it is told again, after the message. */
function deleted({ turn, channel, event, platformIds }: Placed, deletion: ChannelEvent, scope: Scope): void {
  const dedupeKey = `deleted:${event.dedupeKey}`;
  const id = ids.event(channel.id, dedupeKey);
  const value = { targetPlatformIds: [...platformIds] };
  tellAlso(turn, scope, { ...deletion, id, dedupeKey, event: { $case: 'delete', value } }, event.id);
}

/** Tells what has no number of its own. */
function tellAlso(turn: Turn, scope: Scope, event: ChannelEvent, targetId: string): void {
  const value = { event, conversationNumber: 0, targetMessageIds: [targetId], isLate: false, isFirst: false };
  turn.say(scope, { $case: 'received', value }, { id: event.id });
}
