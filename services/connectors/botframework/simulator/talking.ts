import { randomBytes } from 'node:crypto';
import { type Bot, type Conversation, chatOf, openConversation, type Person, personOf } from './bot.ts';
import { activityOf, type Hook } from './hook.ts';
import type { Activity, Fields } from './types.ts';

/** Who does something, and where: in their own conversation, or in a group by its id. */
export interface Where {
  readonly from: string;
  readonly chat?: string;
}

export interface Said extends Where {
  readonly replyTo?: string;
  /** Further fields of the activity: entities, channelData… */
  readonly more?: Fields;
}

/** Who there is, and how what they do is told. */
export type Talking = ReturnType<typeof createTalking>;

/** People of a bot. All throw for whom there is not. */
export function createTalking(bot: Bot, hook: Hook, serviceUrl: () => string) {
  const { chats } = bot;

  /** A new person in a channel, Teams unless said, or a known one. Their own conversation is there, and the bot in it. */
  function person({
    id,
    name = 'Anna K',
    channel = 'msteams',
  }: {
    id?: string;
    name?: string;
    channel?: string;
  } = {}): Person {
    const known = bot.people.get(id ?? '');
    if (known !== undefined) return known;
    const own =
      id ??
      (channel === 'msteams'
        ? `29:1${randomBytes(12).toString('base64url')}`
        : `${channel}-${randomBytes(6).toString('hex')}`);
    const { id: conversation } = openConversation(bot, { channel, type: 'personal', members: [own] });
    const one = { id: own, name, channel, conversation };
    bot.people.set(own, one);
    return one;
  }

  function placeOf({ from, chat }: Where): Conversation {
    const id = chat === undefined || chat === from ? personOf(bot, from).conversation : chat;
    const conversation = bot.conversations.get(id);
    if (conversation === undefined) throw new Error('there is no such conversation');
    return conversation;
  }

  /** An activity of theirs, not yet told. */
  function made(where: Where, what: Activity): Activity {
    return activityOf(
      bot,
      { conversation: placeOf(where), from: personOf(bot, where.from), serviceUrl: serviceUrl() },
      what,
    );
  }

  /** Tells an activity of theirs; gives its id. */
  function tell(where: Where, what: Activity): string {
    const activity = made(where, what);
    hook.tell(activity);
    return String(activity.id);
  }

  function say(said: Said, content: Fields, shown: object): string {
    const reply = said.replyTo === undefined ? {} : { replyToId: said.replyTo };
    const id = tell(said, {
      type: 'message',
      textFormat: 'plain',
      attachments: [],
      entities: [],
      ...content,
      ...reply,
      ...said.more,
    });
    const place = placeOf(said);
    const chat = chatOf(bot, place);
    const quoted = chats.of(chat).messages.find((one) => one.id === said.replyTo);
    const name = place.type === 'personal' ? {} : { name: personOf(bot, said.from).name };
    chats.add(chat, { id, by: 'client', ...name, ...shown, ...(quoted && { quote: quoted.text ?? '…' }) });
    return id;
  }

  return { person, placeOf, made, tell, say };
}
