import { Content, ids, Keyboard, type MessageWritten, Origin, Quote } from '@trunkline/contracts';
import type { MessageDocument, OfferedOptions, Option } from '../state/documents.ts';
import { completeQuote, keepRef } from '../state/message-refs.ts';
import { isAwaited, takeWaiting } from '../state/waiting.ts';
import { withWaiting } from './changes.ts';
import { type Effect, heardFrom, type Placed } from './effect.ts';

/** A message was written: it goes into history, and its ids and its quote are tied to it. */
export function messageWritten(placed: Placed, written: MessageWritten): Effect {
  const { turn, event, place } = placed;
  const reply = written.reply && completeQuote(turn.draft, place, written.reply);
  let document = documentOf(placed, { ...written, reply });
  for (const [part, platformId] of placed.platformIds.entries()) {
    if (isAwaited(turn, place, platformId)) {
      document = withWaiting(document, part, takeWaiting(turn, place, platformId));
    }
    keepRef(turn.draft, place, platformId, { messageId: event.id, part });
  }
  turn.draft.insert('messages', document);
  const chosen = choiceOf(placed, written);
  return {
    event: { ...event, event: { $case: 'message', value: { ...written, reply } } },
    targets: reply?.messageId ? [reply.messageId] : [],
    conversation: heardFrom(placed),
    ...(chosen === undefined ? {} : { after: (scope) => pressed(placed, chosen, scope) }),
  };
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
function pressed(
  { turn, channel, event }: Placed,
  { messageId, label, payload }: Choice,
  scope: Parameters<NonNullable<Effect['after']>>[0],
): void {
  const dedupeKey = `press:${event.dedupeKey}`;
  const id = ids.event(channel.id, dedupeKey);
  const press = { targetPlatformId: '', payload, title: label, ackToken: '' };
  turn.say(
    scope,
    {
      $case: 'received',
      value: {
        event: { ...event, id, dedupeKey, platformId: '', event: { $case: 'press', value: press } },
        conversationNumber: 0,
        targetMessageIds: [messageId],
        isLate: false,
        isFirst: false,
      },
    },
    { id },
  );
}
