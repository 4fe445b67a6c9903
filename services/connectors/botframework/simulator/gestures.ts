import { type Bot, botIdIn, chatOf, openConversation, personOf } from './bot.ts';
import type { Hook, WrongToken } from './hook.ts';
import type { Talking, Where } from './talking.ts';
import type { Activity } from './types.ts';

const reactionTypes: Readonly<Record<string, string>> = {
  '👍': 'like',
  '❤': 'heart',
  '😆': 'laugh',
  '😮': 'surprised',
  '😢': 'sad',
  '😠': 'angry',
};

/** What people do beside writing: change, react, read, add the bot and each other. Throws for what cannot be. */
export function createGestures(bot: Bot, hook: Hook, { placeOf, made, tell }: Talking) {
  const { chats } = bot;

  /** Changes, or deletes, an own message. */
  function change({ message, text, ...where }: Where & { message: string; text?: string }): void {
    tell(
      where,
      text === undefined
        ? { type: 'messageDelete', id: message }
        : { type: 'messageUpdate', id: message, text, textFormat: 'plain' },
    );
    chats.change(
      chatOf(bot, placeOf(where)),
      message,
      text === undefined ? { isDeleted: true } : { text, isEdited: true },
    );
  }

  /** Reacts to a message; an empty text takes the reactions away. */
  function react({ message, emoji, ...where }: Where & { message: string; emoji: string }): void {
    const chat = chatOf(bot, placeOf(where));
    const before = (chats.find(chat, message).reactions ?? []).map((one) => ({ type: reactionTypes[one] ?? one }));
    const what =
      emoji === '' ? { reactionsRemoved: before } : { reactionsAdded: [{ type: reactionTypes[emoji] ?? emoji }] };
    tell(where, { type: 'messageReaction', replyToId: message, ...what });
    chats.change(chat, message, { reactions: emoji === '' ? [] : [emoji] });
  }

  /** Reads all that the bot sent: told by Teams. */
  function read(where: Where): void {
    const chat = chatOf(bot, placeOf(where));
    const theirs = chats.of(chat).messages.filter(({ by }) => by === 'account');
    const lastReadMessageId = theirs.at(-1)?.id;
    if (lastReadMessageId === undefined) return;
    tell(where, { type: 'event', name: 'application/vnd.microsoft.readReceipt', value: { lastReadMessageId } });
    for (const { id } of theirs) chats.change(chat, id, { state: 'read' });
  }

  /** The bot is added to a conversation, or removed from it. */
  function install(where: Where, isThere: boolean): void {
    const place = placeOf(where);
    const self = { id: botIdIn(bot, place.channel), name: bot.name };
    tell(where, { type: 'conversationUpdate', [isThere ? 'membersAdded' : 'membersRemoved']: [self] });
    if (place.channel === 'msteams') tell(where, { type: 'installationUpdate', action: isThere ? 'add' : 'remove' });
    place.isBotThere = isThere;
    chats.of(chatOf(bot, place)).state = isThere ? '' : 'the bot was removed';
    chats.tell();
  }

  /** Makes a group with the bot in it; gives its id. */
  function createGroup({
    from,
    title = 'Order 17',
    type = 'groupChat',
  }: Where & { title?: string; type?: 'groupChat' | 'channel' }): string {
    const { channel } = personOf(bot, from);
    const { id } = openConversation(bot, { channel, type, title, members: [from] });
    install({ from, chat: id }, true);
    return id;
  }

  /** Somebody comes into a group, or goes, or its title changes. */
  function changeGroup({
    from,
    chat,
    joined,
    left,
    title,
  }: Where & { chat: string; joined?: string; left?: string; title?: string }): void {
    const place = placeOf({ from, chat });
    if (joined !== undefined) place.members.add(joined);
    if (left !== undefined) place.members.delete(left);
    if (title !== undefined) place.title = title;
    const named = (id: string | undefined) => (id === undefined ? undefined : [{ id, name: bot.people.get(id)?.name }]);
    const what = { membersAdded: named(joined), membersRemoved: named(left), topicName: title };
    tell(
      { from, chat },
      {
        type: 'conversationUpdate',
        ...Object.fromEntries(Object.entries(what).filter(([, value]) => value !== undefined)),
      },
    );
  }

  return {
    edit: ({ text, ...given }: Where & { message: string; text: string }) => change({ ...given, text }),
    deleteMessage: (given: Where & { message: string }) => change(given),
    react,
    read,
    typing: (where: Where) => void tell(where, { type: 'typing' }),
    start: (where: Where) => install(where, true),
    uninstall: (where: Where) => install(where, false),
    createGroup,
    changeGroup,
    /** Any activity at all. */
    send: ({ activity, ...where }: Where & { activity: Activity }) => tell(where, activity),
    /** An activity that wants an answer at once; gives it. */
    invoke: async ({ name, value, ...where }: Where & { name: string; value?: unknown }) =>
      await hook.ask(made(where, { type: 'invoke', name, value })),
    /** Calls the hook with a token that is wrong in one way. Tells the status. */
    forge: async ({ wrong, text = 'forged', ...where }: Where & { wrong: WrongToken; text?: string }) =>
      await hook.forge(made(where, { type: 'message', text }), wrong),
  };
}
