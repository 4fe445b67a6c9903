import {
  type ChannelRef,
  ConnectorError,
  channelEvent,
  type NewEvent,
  orderByTime,
  type RawCall,
  readAs,
  readJson,
} from '@trunkline/adapter-kit';
import {
  ButtonPressed,
  type ChannelEvent,
  ConversationStarted,
  MessageEdited,
  MessagesDeleted,
  MessageWritten,
  Origin,
  Quote,
  ReactionSet,
  ReceiptGiven,
  ReceiptState,
  SubscriptionChanged,
  Typing,
} from '@trunkline/contracts';
import { contentsOf, unsupported } from './parse-content.ts';
import { groupChanges } from './parse-group.ts';
import { conversationOf, isByOurBot, isOurBot, isPrivate, partyOf } from './parse-place.ts';
import { type Activity, activitySchema, cardActionSchema, readSchema } from './types.ts';

type Told = NewEvent['event'];
type Tell = (activity: Activity, channel: ChannelRef) => readonly Told[];

/** What each type of activity tells. */
const types: Readonly<Record<string, Tell>> = {
  message: written,
  messageUpdate: (activity, channel) => {
    const [content] = contentsOf(activity, channel.id);
    return [{ $case: 'edit', value: MessageEdited.create({ ...aboutMessage(activity), content }) }];
  },
  messageDelete: ({ id = '' }) => [{ $case: 'delete', value: MessagesDeleted.create({ targetPlatformIds: [id] }) }],
  messageReaction: (activity) => [reacted(activity)],
  conversationUpdate: (activity) => [...installed(activity), ...groupChanges(activity)],
  installationUpdate: ({ action }) => [subscription(!action?.startsWith('remove'), `installation ${action ?? 'add'}`)],
  contactRelationUpdate: ({ action }) => [subscription(action !== 'remove', `contact ${action ?? 'add'}`)],
  typing: () => [{ $case: 'typing', value: Typing.create({ isOn: true }) }],
  event: happened,
  invoke: invoked,
  endOfConversation: ({ code = '' }) => [
    shown('endOfConversation', `The conversation was ended there. ${code}`.trim()),
  ],
  handoff: ({ value }) => [shown('handoff', `The conversation was handed over. ${JSON.stringify(value ?? '')}`)],
};

/**
 * One activity; ordered by the service's time, because activities overtake each other. An activity has an id inside its
 * conversation, and an edit the id of the message: the time tells that from the message itself.
 */
export function parse(raw: RawCall, channel: ChannelRef): ChannelEvent[] {
  const activity = readAs(activitySchema, readJson(raw.body));
  const { type, id = '', channelId: subchannel, conversation, from, timestamp = '' } = activity;
  const tell = Object.hasOwn(types, type) ? types[type] : undefined;
  if (tell === undefined) throw unknown('an activity of the type', type);
  const told = timestamp === '' ? Number.NaN : Date.parse(timestamp);
  const atMs = Number.isFinite(told) && told >= 0 ? told : raw.receivedAtMs;
  const isMessage = type === 'message' && id !== '';
  const key = [type, subchannel, conversation.id, id || (from?.id ?? ''), ...(isMessage ? [] : [atMs])].join(':');
  const isOwn = isByOurBot(activity, channel);
  return tell(activity, channel).map((event, index) =>
    channelEvent(channel, raw, {
      subchannel,
      conversation: conversationOf(activity, channel),
      ...(from === undefined || isOwn ? {} : { sender: partyOf(from, activity) }),
      ...(isOwn ? { origin: Origin.ORIGIN_EXTERNAL } : {}),
      ...(isMessage && index === 0 ? { platformId: id } : {}),
      dedupeKey: index === 0 ? key : `${key}:${index}`,
      order: orderByTime(atMs),
      sentAt: new Date(atMs),
      event,
    }),
  );
}

/** A message, or the press of a button: then it has a value. */
function written(activity: Activity, channel: ChannelRef): Told[] {
  const { value, text = '', replyToId = '', conversation } = activity;
  if (value !== undefined && value !== '') return [press(payloadOf(value), replyToId, text)];
  // In a channel of Teams the thread is the conversation, and what it answers is its first message.
  const isAnswer = replyToId !== '' && !conversation.id.endsWith(`;messageid=${replyToId}`);
  return contentsOf(activity, channel.id).map((content, index) => {
    const reply = isAnswer && index === 0 ? { reply: Quote.create({ platformId: replyToId }) } : {};
    return { $case: 'message', value: MessageWritten.create({ content, ...reply }) };
  });
}

function payloadOf(value: unknown): string {
  return (typeof value === 'string' ? value : (JSON.stringify(value) ?? '')).toWellFormed();
}

function press(payload: string, targetPlatformId: string, title = ''): Told {
  return { $case: 'press', value: ButtonPressed.create({ payload, targetPlatformId, title }) };
}

function aboutMessage({ id: targetPlatformId = '', timestamp = '' }: Activity): Partial<MessageEdited> {
  const atMs = Date.parse(timestamp);
  return { targetPlatformId, revision: Number.isFinite(atMs) && atMs >= 0 ? atMs : 0 };
}

const emoji: Readonly<Record<string, string>> = {
  ...{ like: '👍', heart: '❤', laugh: '😆', surprised: '😮', sad: '😢', angry: '😠' },
};

/** A person has one reaction to a message: what is added takes the place of what was there. */
function reacted({ reactionsAdded = [], replyToId: targetPlatformId = '' }: Activity): Told {
  const reactions = reactionsAdded.map(({ type }) =>
    Object.hasOwn(emoji, type) ? (emoji[type] ?? type) : `:${type}:`,
  );
  return { $case: 'reaction', value: ReactionSet.create({ targetPlatformId, reactions }) };
}

/** The bot came to a person, or was removed by them. */
function installed(activity: Activity): Told[] {
  const { membersAdded = [], membersRemoved = [] } = activity;
  if (!isPrivate(activity)) return [];
  const hasCome = membersAdded.some((member) => isOurBot(member, activity));
  const hasGone = membersRemoved.some((member) => isOurBot(member, activity));
  return [
    ...(hasCome ? [{ $case: 'start', value: ConversationStarted.create() } as const] : []),
    ...(hasGone ? [subscription(false, 'removed')] : []),
  ];
}

function subscription(isAllowed: boolean, platformState: string): Told {
  return { $case: 'subscription', value: SubscriptionChanged.create({ isAllowed, platformState }) };
}

/** Of the service's events we know the read mark of Teams; up to there all is read. */
function happened({ name = '', value }: Activity): Told[] {
  if (name !== 'application/vnd.microsoft.readReceipt') throw unknown('an event of the name', name);
  const { lastReadMessageId: id } = readAs(readSchema, value);
  const state = ReceiptState.RECEIPT_STATE_READ;
  const upTo = /^\d{13}$/.test(id) ? { upTo: id } : {};
  return [{ $case: 'receipt', value: ReceiptGiven.create({ state, targetPlatformIds: [id], ...upTo }) }];
}

/** Of what waits for an answer we know the button of an adaptive card. */
function invoked({ name = '', value, replyToId = '' }: Activity): Told[] {
  if (name !== 'adaptiveCard/action') throw unknown('an invoke of the name', name);
  const { verb = '', data } = readAs(cardActionSchema, value).action;
  return [press(verb || payloadOf(data ?? ''), replyToId)];
}

function shown(platformType: string, words: string): Told {
  return { $case: 'message', value: MessageWritten.create({ content: unsupported(platformType, words) }) };
}

function unknown(what: string, name: string): ConnectorError {
  return new ConnectorError('unknown_kind', `${what} ${/^[\w./-]{1,64}$/.test(name) ? name : 'without a usual name'}`);
}
