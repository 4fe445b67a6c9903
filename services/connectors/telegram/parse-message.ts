import { type ChannelEvent, Forward, MessageWritten, Quote, StartContext } from '@trunkline/contracts';
import { contentOf } from './parse-content.ts';
import { groupChanged } from './parse-group.ts';
import { nameOf } from './parse-party.ts';
import { aboutMessage, instant, tell, type Update } from './parse-told.ts';
import type { Message, Origin } from './types.ts';

/** A message was written, the conversation was opened, or the group changed: the platform tells all three as a message. */
export function messageWritten(message: Message, update: Update): ChannelEvent {
  const changed = groupChanged(message, update);
  if (changed !== undefined) return changed;
  const about = aboutMessage(message, update);
  const payload = startPayload(message);
  if (payload !== undefined) {
    const context = payload === '' ? {} : { context: StartContext.create({ ref: payload }) };
    return tell(update, 'start', message.date, { ...about, ...context, event: { $case: 'start', value: { payload } } });
  }
  const value = MessageWritten.create({
    content: contentOf(message, update.channel.id),
    albumId: message.media_group_id ?? '',
    ...quoteOf(message),
    ...(message.forward_origin === undefined ? {} : { forward: forwardOf(message.forward_origin) }),
  });
  return tell(update, 'message', message.date, { ...about, event: { $case: 'message', value } });
}

/**
 * A message was changed; moves of a live location come this way too. The revision is the time of the change in
 * milliseconds: the platform tells seconds, the rest is the update's number, so that two changes in one second both count.
 */
export function messageEdited(message: Message, update: Update): ChannelEvent {
  const changedAt = message.edit_date ?? message.date;
  const revision = changedAt * 1_000 + Number(BigInt(update.id) % 1_000n);
  const value = { targetPlatformId: message.message_id, revision, content: contentOf(message, update.channel.id) };
  return tell(update, 'edit', changedAt, { ...aboutMessage(message, update), event: { $case: 'edit', value } });
}

/** What a link carried: "/start <payload>", in a group "/start@<bot> <payload>"; empty for a bare start. */
function startPayload({ text = '', forward_origin }: Message): string | undefined {
  const start = /^\/start(?:@\w+)?(?:\s+([\w-]{1,64}))?\s*$/.exec(text);
  return start === null || forward_origin !== undefined ? undefined : (start[1] ?? '');
}

/** In a topic everything that answers nothing points at the topic's own first message: that is no quote. */
function quoteOf({ reply_to_message: answered, external_reply: external, quote }: Message): { reply?: Quote } {
  const selected = quote?.text ?? '';
  if (answered !== undefined && answered.forum_topic_created === undefined) {
    const { message_id: platformId, text = answered.caption ?? '' } = answered;
    const senderName = nameOf(answered.sender_chat ?? answered.from ?? {});
    return { reply: Quote.create({ platformId, text, senderName, selected }) };
  }
  return external === undefined ? {} : { reply: Quote.create({ senderName: authorOf(external.origin), selected }) };
}

function forwardOf(origin: Origin): Forward {
  const at = origin.date === undefined ? {} : { at: instant(origin.date) };
  return Forward.create({ from: authorOf(origin), platformId: origin.message_id ?? '', ...at });
}

function authorOf(origin: Origin): string {
  return origin.sender_user_name ?? nameOf(origin.sender_user ?? origin.sender_chat ?? origin.chat ?? {});
}
