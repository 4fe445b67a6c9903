import { readAs } from '@trunkline/adapter-kit';
import { ButtonPressed, Forward, MessageWritten, Origin, Quote, StartContext } from '@trunkline/contracts';
import { contentOf } from './parse-content.ts';
import { groupChanged } from './parse-group.ts';
import { by, partyOf, type Told, type Update } from './parse-told.ts';
import { ownMessage } from './render.ts';
import { isStart, payloadOf } from './render-words.ts';
import { type Message, messageNewSchema } from './types.ts';

/**
 * A person wrote. What a link carried opens the conversation; so does VK's own button before the first word, and then that
 * is all. A button of the keyboard comes as a message with a payload: it is told as both.
 */
export function messageWritten(update: Update): Told[] {
  const message = readAs(messageNewSchema, update.call.object);
  const about = aboutMessage(message, update);
  const changed = groupChanged(message);
  const key = keyOf('group', message);
  if (changed !== undefined) return [{ ...about, key, event: { $case: 'group', value: changed } }];
  const { ref, payload, text: title } = message;
  const isOpened = isStart(payload);
  const opening = { $case: 'start', value: { payload: ref } } as const;
  const start: Told = { ...about, ...contextOf(message), key: keyOf('start', message), event: opening };
  const written: Told = { ...about, key: keyOf('message', message), event: messageOf(message, update) };
  const press = { $case: 'press', value: ButtonPressed.create({ payload: payloadOf(payload), title }) } as const;
  return [
    ...(isOpened || ref !== '' ? [start] : []),
    ...(isOpened ? [] : [written]),
    ...(isOpened || payload === '' ? [] : [{ ...about, platformId: '', key: keyOf('press', message), event: press }]),
  ];
}

/** The community wrote: from here, which the answer has told already, or from elsewhere. */
export function messageReplied(update: Update): Told[] {
  const message = readAs(messageNewSchema, update.call.object);
  if (ownMessage(message.payload) !== undefined) return [];
  return [{ ...aboutMessage(message, update), key: keyOf('message', message), event: messageOf(message, update) }];
}

/** A message was changed. VK tells the time in seconds, so of two changes in one second the first counts. */
export function messageEdited(update: Update): Told[] {
  const message = readAs(messageNewSchema, update.call.object);
  const { conversation_message_id: number, update_time: changedAt = message.date } = message;
  const content = contentOf(message, update.channel.id);
  const value = { targetPlatformId: String(number), revision: changedAt * 1_000, content };
  const about = { ...aboutMessage(message, update), number: undefined, atSeconds: changedAt };
  const key = keyOf(`edit:${update.call.event_id || changedAt}`, message);
  return [{ ...about, key, event: { $case: 'edit', value } }];
}

/** Where, who and when. What the community itself writes comes from its page, its phones or another program. */
function aboutMessage(message: Message, { communityId }: Update) {
  const { from_id: from, peer_id: peer, conversation_message_id: number, date: atSeconds } = message;
  const origin = from === communityId ? { origin: Origin.ORIGIN_EXTERNAL } : {};
  return { ...origin, ...by(from, peer), platformId: String(number), number, atSeconds };
}

/** A message is known by its place; its id is 0 in chats. */
function keyOf(kind: string, { peer_id: peer, conversation_message_id: number }: Message): string {
  return `${kind}:${peer}:${number}`;
}

function messageOf(message: Message, { channel }: Update): Told['event'] {
  const { reply_message: answered, fwd_messages: passed, text } = message;
  const { conversation_message_id: number = 0, text: quoted = '' } = answered ?? {};
  const [first] = passed.length === 1 && text === '' ? passed : [];
  const { from_id: author = 0, date = 0 } = first ?? {};
  const value = MessageWritten.create({
    content: contentOf(message, channel.id),
    ...(answered && { reply: Quote.create({ platformId: String(number), text: quoted }) }),
    ...(first && { forward: Forward.create({ from: partyOf(author).profileUrl, at: new Date(date * 1_000) }) }),
  });
  return { $case: 'message', value };
}

/** What a link carried: its key, and where it stood, which may be a page. */
function contextOf({ ref, ref_source: source }: Message) {
  if (ref === '' && source === '') return {};
  const place = /^https?:\/\//.test(source) ? { pageUrl: source } : { source };
  return { context: StartContext.create({ ref, ...place }) };
}
