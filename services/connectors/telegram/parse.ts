import { type ChannelRef, ConnectorError, type RawCall, readAs, readJson, unknownKind } from '@trunkline/adapter-kit';
import { ButtonPressed, type ChannelEvent, ReactionSet } from '@trunkline/contracts';
import type { z } from 'zod';
import { joinRequested, membershipChanged } from './parse-group.ts';
import { messageEdited, messageWritten } from './parse-message.ts';
import { conversationOf, partyOf } from './parse-party.ts';
import { tell, type Update } from './parse-told.ts';
import {
  callbackQuerySchema,
  joinRequestSchema,
  memberUpdatedSchema,
  messageSchema,
  reactionSchema,
  updateSchema,
} from './types.ts';

/** What each kind of update tells. The platform is asked for exactly these. */
const kinds: Readonly<Record<string, (body: unknown, update: Update) => ChannelEvent>> = {
  message: (body, update) => messageWritten(readAs(messageSchema, body), update),
  edited_message: (body, update) => messageEdited(readAs(messageSchema, body), update),
  callback_query: (body, update) => buttonPressed(readAs(callbackQuerySchema, body), update),
  my_chat_member: (body, update) => membershipChanged(readAs(memberUpdatedSchema, body), update),
  chat_member: (body, update) => membershipChanged(readAs(memberUpdatedSchema, body), update),
  chat_join_request: (body, update) => joinRequested(readAs(joinRequestSchema, body), update),
  message_reaction: (body, update) => reactionSet(readAs(reactionSchema, body), update),
};

/** Kinds to ask the platform for: by default it withholds members and reactions. */
export const updateKinds = Object.keys(kinds);

/** One update, one event. */
export function parse(call: RawCall, channel: ChannelRef): ChannelEvent[] {
  const body = readAs(updateSchema, readJson(call.body));
  const kind = Object.keys(body).find((name) => name !== 'update_id') ?? 'none';
  const tellOf = Object.hasOwn(kinds, kind) ? kinds[kind] : undefined;
  if (tellOf !== undefined)
    return [tellOf(body[kind], { id: String(body.update_id), channel, receivedAtMs: call.receivedAtMs })];
  throw unknownKind('an update of the kind', kind);
}

/** A button under a message was pressed. Its id is what answers it; the label stands in the message. */
function buttonPressed(query: z.output<typeof callbackQuerySchema>, update: Update): ChannelEvent {
  const { message, data: payload, from, id: ackToken } = query;
  if (payload === undefined) throw new ConnectorError('unknown_kind', 'a press of a button that carries no payload');
  const buttons = message.reply_markup?.inline_keyboard.flat() ?? [];
  const title = buttons.find((button) => button.callback_data === payload)?.text ?? '';
  const value = ButtonPressed.create({ targetPlatformId: message.message_id, payload, title, ackToken });
  const event = { $case: 'press', value } as const;
  return tell(update, 'press', ackToken, { conversation: conversationOf(message), sender: partyOf(from), event });
}

/** All reactions that somebody now has on a message. The platform does not say in which topic the message stands. */
function reactionSet(changed: z.output<typeof reactionSchema>, update: Update): ChannelEvent {
  const reactions = changed.new_reaction.map(
    ({ type, emoji, custom_emoji_id: custom }) => emoji ?? `:${custom ?? type}:`,
  );
  const value = ReactionSet.create({ targetPlatformId: changed.message_id, reactions });
  const who = changed.user ?? changed.actor_chat;
  const sender = who === undefined ? {} : { sender: partyOf(who) };
  const about = { ...sender, conversation: conversationOf(changed) };
  return tell(update, 'reaction', changed.date, { ...about, event: { $case: 'reaction', value } });
}
