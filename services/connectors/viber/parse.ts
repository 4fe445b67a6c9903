import {
  type ChannelRef,
  channelEvent,
  type NewEvent,
  orderByTime,
  type RawCall,
  readAs,
  readJson,
  unknownKind,
} from '@trunkline/adapter-kit';
import {
  ButtonPressed,
  type ChannelEvent,
  ConversationKind,
  ConversationRef,
  MessageWritten,
  Party,
  PartyScope,
  ReceiptGiven,
  ReceiptState,
  StartContext,
  SubscriptionChanged,
} from '@trunkline/contracts';
import { failedReceipt } from './errors.ts';
import { contentOf } from './parse-content.ts';
import { pressedPayload } from './render-keyboard.ts';
import {
  aboutUserSchema,
  type Call,
  callSchema,
  messageSchema,
  startedSchema,
  subscribedSchema,
  type User,
} from './types.ts';

type Told = Pick<NewEvent, 'event'> & Partial<NewEvent>;
type Tell = (call: Call, channelId: string) => readonly Told[];

/** What each kind of call tells; the handshake tells nothing. */
const kinds: Readonly<Record<string, Tell>> = {
  webhook: () => [],
  message: (call, channelId) => [written(call, channelId)],
  conversation_started: (call) => [started(call)],
  // A subscriber may be written to, whether or not they have written: that opens the conversation.
  subscribed: (call) => {
    const { user } = readAs(subscribedSchema, call);
    const start = { $case: 'start', value: { payload: '' } } as const;
    return [
      { ...by(user), event: subscription(true, 'subscribed') },
      { ...by(user), dedupeKey: `start:${call.message_token}`, event: start },
    ];
  },
  unsubscribed: (call) => {
    const { user_id: id } = readAs(aboutUserSchema, call);
    return [{ ...by({ id }), event: subscription(false, 'unsubscribed') }];
  },
  delivered: (call) => [receipt(call, ReceiptState.RECEIPT_STATE_DELIVERED)],
  seen: (call) => [receipt(call, ReceiptState.RECEIPT_STATE_READ)],
  failed: (call) => [receipt(call, ReceiptState.RECEIPT_STATE_FAILED)],
};

/** Kinds that are asked for by name; messages and subscriptions come in any case. */
export const eventTypes = ['delivered', 'seen', 'failed', 'subscribed', 'unsubscribed', 'conversation_started'];

/** One call, one event, or a start beside it: ordered by the platform's time, known again by kind and token (and by the person of a receipt). */
export function parse(raw: RawCall, channel: ChannelRef): ChannelEvent[] {
  const call = readAs(callSchema, readJson(raw.body));
  const { event: kind, message_token: token, timestamp } = call;
  const tell = Object.hasOwn(kinds, kind) ? kinds[kind] : undefined;
  if (tell === undefined) throw unknownKind('a call of the kind', kind);
  const common = { dedupeKey: `${kind}:${token}`, order: orderByTime(timestamp), sentAt: new Date(timestamp) };
  return tell(call, channel.id).map((told) =>
    channelEvent(channel, raw, { ...common, conversation: undefined, ...told }),
  );
}

/** A message; the press of a button comes as one too. */
function written(call: Call, channelId: string): Told {
  const { sender, message, silent } = readAs(messageSchema, call);
  const payload = message.type === 'text' ? pressedPayload(message.text ?? '', silent) : undefined;
  if (payload !== undefined)
    return { ...by(sender), event: { $case: 'press', value: ButtonPressed.create({ payload }) } };
  const content = contentOf(message, { channelId, token: call.message_token, atMs: call.timestamp });
  const value = MessageWritten.create({ content });
  return { ...by(sender), platformId: call.message_token, event: { $case: 'message', value } };
}

/** The conversation was opened, by a link or by hand; whoever opened it may not have subscribed yet. */
function started(call: Call): Told {
  const { user, context: payload } = readAs(startedSchema, call);
  const context = payload === '' ? {} : { context: StartContext.create({ ref: payload }) };
  return { ...by(user), ...context, event: { $case: 'start', value: { payload } } };
}

function receipt(call: Call, state: ReceiptState): Told {
  const { user_id: id, desc } = readAs(aboutUserSchema, call);
  const { event: kind, message_token: token } = call;
  const error = state === ReceiptState.RECEIPT_STATE_FAILED ? { error: failedReceipt(desc) } : {};
  const value = ReceiptGiven.create({ state, targetPlatformIds: [token], ...error });
  return { ...by({ id }), dedupeKey: `${kind}:${token}:${id}`, event: { $case: 'receipt', value } };
}

function subscription(isAllowed: boolean, platformState: string): Told['event'] {
  return { $case: 'subscription', value: SubscriptionChanged.create({ isAllowed, platformState }) };
}

/** Who, and where: a bot talks with one person at a time. The id is the person's for this bot alone. */
function by({ id, name = '', language = '', country = '' }: User) {
  const sender = Party.create({
    ...{ platformId: id, scope: PartyScope.PARTY_SCOPE_CHANNEL },
    ...{ displayName: name, locale: language, country },
  });
  const conversation = ConversationRef.create({ platformId: id, kind: ConversationKind.CONVERSATION_KIND_PRIVATE });
  return { sender, conversation };
}
