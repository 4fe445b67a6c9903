import type { Bot } from './bot.ts';
import type { Fields } from './types.ts';

/** What a person sees of a chat. */
export interface Screen {
  readonly title: string;
  /** From the oldest to the newest, in the platform's form. */
  readonly messages: readonly (Fields & { readonly isFromBot: boolean; readonly reactions: readonly string[] })[];
  /** Buttons instead of the keyboard. */
  readonly keyboard: Fields | undefined;
  readonly isBotTyping: boolean;
  readonly isBlocked: boolean;
  readonly toast: { readonly text: string; readonly isAlert: boolean } | undefined;
}

/** Reads a chat as a person's client shows it; empty when nobody has written there. */
export function readScreen(bot: Bot, chatId: number): Screen {
  const room = bot.rooms.get(chatId);
  const messages = [...(room?.messages.values() ?? [])].map((message) => ({
    ...message,
    isFromBot: message.from?.id === bot.user.id,
    reactions: [...(room?.reactions.get(message.message_id)?.values() ?? [])].flat(),
  }));
  return {
    title: room?.chat.title ?? bot.user.first_name,
    messages,
    keyboard: room?.keyboard,
    isBotTyping: (room?.typingUntilMs ?? 0) > bot.now(),
    isBlocked: room?.access === 'blocked',
    toast: room?.toast,
  };
}
