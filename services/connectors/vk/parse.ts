import { type ChannelRef, type RawCall, readAs, readJson, unknownKind } from '@trunkline/adapter-kit';
import {
  ButtonPressed,
  type ChannelEvent,
  Origin,
  ReactionSet,
  ReceiptGiven,
  ReceiptState,
  StartContext,
  SubscriptionChanged,
  Typing,
} from '@trunkline/contracts';
import { commentKinds } from './parse-comment.ts';
import { messageEdited, messageReplied, messageWritten } from './parse-message.ts';
import { by, type Told, tell, type Update } from './parse-told.ts';
import { payloadOf, reactionOf } from './render-words.ts';
import { callSchema, permitSchema, pressSchema, reactionSchema, readSchema, typingSchema } from './types.ts';

/** What each kind of call tells. The platform is asked for exactly these; the handshake tells nothing. */
const kinds: Readonly<Record<string, (update: Update) => readonly Told[]>> = {
  ...commentKinds,
  message_new: messageWritten,
  message_reply: messageReplied,
  message_edit: messageEdited,
  message_event: pressed,
  message_allow: allowed,
  message_deny: (update) => permitted(update),
  message_read: read,
  message_typing_state: typing,
  message_reaction_event: reacted,
};

/** Kinds to ask the platform for. */
export const updateKinds = Object.keys(kinds);

/** One call, at most a start, a message and a press. */
export function parse(raw: RawCall, channel: ChannelRef): ChannelEvent[] {
  const call = readAs(callSchema, readJson(raw.body));
  if (call.type === 'confirmation') return [];
  const told = Object.hasOwn(kinds, call.type) ? kinds[call.type] : undefined;
  if (told === undefined) throw unknownKind('a call of the kind', call.type);
  const update = { call, channel, communityId: -call.group_id, receivedAtMs: raw.receivedAtMs };
  return told(update).map((one) => tell(one, update));
}

/** A button that only we hear of was pressed: its id is what answers it. */
function pressed({ call }: Update): Told[] {
  const { user_id, peer_id, event_id, payload, conversation_message_id: number } = readAs(pressSchema, call.object);
  const ackToken = JSON.stringify({ event_id, user_id, peer_id });
  const value = ButtonPressed.create({ targetPlatformId: String(number), payload: payloadOf(payload), ackToken });
  return [{ ...by(user_id, peer_id), key: `press:${event_id}`, event: { $case: 'press', value } }];
}

/** The person lets the community write, mostly on a site: that opens the conversation. */
function allowed(update: Update): Told[] {
  const { user_id: id, key } = readAs(permitSchema, update.call.object);
  const context = key === '' ? {} : { context: StartContext.create({ ref: key }) };
  const start = { $case: 'start', value: { payload: key } } as const;
  return [...permitted(update, true), { ...by(id), ...context, key: `start:${update.call.event_id}`, event: start }];
}

function permitted({ call }: Update, isAllowed = false): Told[] {
  const { user_id: id } = readAs(permitSchema, call.object);
  const platformState = isAllowed ? 'allowed' : 'denied';
  const value = SubscriptionChanged.create({ isAllowed, platformState });
  return [{ ...by(id), key: `${platformState}:${call.event_id}`, event: { $case: 'subscription', value } }];
}

/** Everything up to a number was read; what we read ourselves is no news. The number says how the watermark counts, too. */
function read({ call, communityId }: Update): Told[] {
  const { from_id: from, peer_id: peer, conversation_message_id: number } = readAs(readSchema, call.object);
  if (from === communityId) return [];
  const value = ReceiptGiven.create({ state: ReceiptState.RECEIPT_STATE_READ, upTo: String(number) });
  return [{ ...by(from, peer), number, key: `read:${peer}:${from}:${number}`, event: { $case: 'receipt', value } }];
}

function typing({ call }: Update): Told[] {
  const { from_id: from } = readAs(typingSchema, call.object);
  return [
    { ...by(from), key: `typing:${call.event_id}`, event: { $case: 'typing', value: Typing.create({ isOn: true }) } },
  ];
}

/** One reaction a person and message: another replaces it, none takes it away. */
function reacted({ call, communityId }: Update): Told[] {
  const { peer_id: peer, cmid: number, reacted_id: who, reaction_id: id } = readAs(reactionSchema, call.object);
  const reactions = id === undefined ? [] : [reactionOf(id)];
  const value = ReactionSet.create({ targetPlatformId: String(number), reactions });
  const origin = who === communityId ? { origin: Origin.ORIGIN_EXTERNAL } : {};
  return [{ ...origin, ...by(who, peer), key: `reaction:${call.event_id}`, event: { $case: 'reaction', value } }];
}
