import { ConnectorError } from '@trunkline/adapter-kit';
import { ButtonPressed, type ChannelEvent, type Party, ReactionSet } from '@trunkline/contracts';
import { partyOf, partyOfChat } from './parse-party.ts';
import { conversationOf, instant, tell, type Update } from './parse-told.ts';
import type { CallbackQuery, Reaction } from './types.ts';

/** A button under a message was pressed. Its id is what answers it; the label stands in the message. */
export function buttonPressed(query: CallbackQuery, update: Update): ChannelEvent {
  const { message, data } = query;
  if (data === undefined) throw new ConnectorError('unknown_kind', 'a press of a button that carries no payload');
  const buttons = message.reply_markup?.inline_keyboard.flat() ?? [];
  const value = ButtonPressed.create({
    targetPlatformId: message.message_id,
    payload: data,
    title: buttons.find((button) => button.callback_data === data)?.text ?? '',
    ackToken: query.id,
  });
  return tell(update, 'press', query.id, {
    conversation: conversationOf(message),
    sender: partyOf(query.from),
    event: { $case: 'press', value },
  });
}

/** All reactions that somebody now has on a message. The platform does not say in which topic the message stands. */
export function reactionSet(changed: Reaction, update: Update): ChannelEvent {
  const reactions = changed.new_reaction.map(
    ({ type, emoji, custom_emoji_id: custom }) => emoji ?? `:${custom ?? type}:`,
  );
  const value = ReactionSet.create({ targetPlatformId: changed.message_id, reactions });
  const sender = senderOf(changed);
  return tell(update, 'reaction', changed.date, {
    ...(sender === undefined ? {} : { sender }),
    conversation: conversationOf(changed),
    sentAt: instant(changed.date),
    event: { $case: 'reaction', value },
  });
}

function senderOf({ user, actor_chat: chat }: Reaction): Party | undefined {
  if (user !== undefined) return partyOf(user);
  return chat && partyOfChat(chat);
}
