import type { MediaKind } from '@trunkline/testkit/simulator';
import {
  type Bot,
  chatOf,
  keepFile,
  nextMessageId,
  openRoom,
  type Person,
  personOf,
  type Room,
  type YandexTrouble,
} from './bot.ts';
import type { Fields, NewUpdate } from './types.ts';
import type { Updates } from './updates.ts';

/** Who does something, by login, and where: in their own chat, or in a group by its id. */
interface Where {
  readonly from: string;
  readonly chat?: string;
}

interface Said extends Where {
  readonly replyTo?: string;
  /** Further fields of the update: forwarded_messages, thread_id… */
  readonly more?: Fields;
}

interface Attached extends Said {
  readonly kind: string;
  readonly bytes?: Uint8Array;
  readonly base64?: string;
  readonly name?: string;
  readonly mimeType?: string;
  readonly caption?: string;
}

/** What people do, and what goes wrong. Each makes the updates that the platform would make, and throws for what cannot be. */
export function createPeople(bot: Bot, updates: Updates) {
  const { chats } = bot;

  /** A new person, or a known one; `id` is their login. */
  function person({ id, name = 'Anna K' }: { id?: string; name?: string } = {}): Person & { readonly id: string } {
    const login = id ?? `anna${bot.people.size + 1}@company.ru`;
    const known = bot.people.get(login);
    if (known !== undefined) return { ...known, id: login };
    const { id: chat } = openRoom(bot, { type: 'private', members: [login] });
    const one = { login, id: `b${chat.slice(-35)}`, name, chat };
    bot.people.set(login, one);
    return { ...one, id: login };
  }

  function placeOf({ from, chat }: Where): Room {
    const room = bot.rooms.get(chat === undefined || chat === from ? personOf(bot, from).chat : chat);
    if (room === undefined) throw new Error('there is no such chat');
    return room;
  }

  /** An update of theirs, with what every one has. */
  function updateOf(where: Where, content: Fields): NewUpdate & { readonly message_id: bigint } {
    const { login, id, name: display_name } = personOf(bot, where.from);
    const { id: chat, type, title, description } = placeOf(where);
    const group = type === 'private' ? {} : { title, description, organization_id: String(bot.organization) };
    return {
      message_id: nextMessageId(bot),
      timestamp: Math.floor(bot.now() / 1_000),
      chat: { type, id: chat, ...group },
      from: { id, login, display_name, robot: false },
      ...content,
    };
  }

  function say(said: Said, content: Fields, shown: object): string {
    const chat = chatOf(placeOf(said));
    const quoted = chats.of(chat).messages.find(({ id }) => id === said.replyTo);
    const reply =
      quoted === undefined
        ? {}
        : {
            reply_to_message: {
              message_id: BigInt(quoted.id),
              text: quoted.text ?? '',
              timestamp: Math.floor(quoted.atMs / 1_000),
            },
          };
    const update = updateOf(said, { ...content, ...reply, ...said.more });
    updates.push(update);
    const id = String(update.message_id);
    const name = placeOf(said).type === 'private' ? {} : { name: personOf(bot, said.from).name };
    chats.add(chat, { id, by: 'client', ...name, ...shown, ...(quoted && { quote: quoted.text ?? '…' }) });
    return id;
  }

  /** Sends a picture or a file; given as bytes or as base64. A caption is the text of the same message. */
  function attach({ kind, caption, ...given }: Attached): string {
    const bytes = given.bytes ?? Buffer.from(given.base64 ?? '', 'base64');
    const { mimeType = 'application/octet-stream', name = `${kind}.bin` } = given;
    const id = keepFile(bot, { bytes, mimeType, name });
    const words = caption === undefined ? {} : { text: caption };
    const shown = (media: MediaKind) => ({ ...words, media: { kind: media, file: id, name } });
    if (kind !== 'image') return say(given, { ...words, file: { id, name, size: bytes.length } }, shown('file'));
    const size = { file_id: id, size: bytes.length, name };
    const images = [
      [
        { ...size, width: 250, height: 250 },
        { ...size, width: 1_280, height: 960 },
      ],
    ];
    return say(given, { ...words, images }, shown('image'));
  }

  /** Presses a button under a message, by its id as the page shows it or by its label. */
  function press({ message, button, ...where }: Where & { message: string; button: string }): void {
    const shown = chats
      .find(chatOf(placeOf(where)), message)
      .buttons?.flat()
      .find(({ id, label }) => id === button || label === button);
    if (shown === undefined || shown.url !== undefined)
      throw new Error('there is no such button, or it leads elsewhere');
    const { action, data, element } = JSON.parse(shown.id) as {
      action?: { name: string; payload?: Fields };
      data?: Fields;
      element?: string;
    };
    const what =
      action === undefined
        ? { callback_data: data }
        : {
            bot_request: {
              server_action: { name: action.name, payload: action.payload ?? {} },
              element_id: element,
              errors: [],
            },
          };
    updates.push(updateOf(where, what));
  }

  /** Makes a group with the bot in it; gives its id. */
  function createGroup({
    from,
    title = 'Order 17',
    type = 'group',
  }: Where & { title?: string; type?: 'group' | 'channel' }): string {
    return openRoom(bot, { type, title, members: [from] }).id;
  }

  return {
    person,
    write: ({ text, ...said }: Said & { text: string }) => say(said, { text }, { text }),
    attach,
    sendSticker: (said: Said) => say(said, { sticker: { id: '17', set_id: 'cats' } }, { text: '[sticker cats/17]' }),
    /** Sends anything else that there is. */
    send: ({ content, ...said }: Said & { content: Fields }) =>
      say(said, content, { text: '[something]', raw: content }),
    press,
    createGroup,
    removeBot: (where: Where) => {
      placeOf(where).isBotThere = false;
    },
    /** Any update at all; its number is added. */
    raw: (update: NewUpdate) => updates.push(update),
    fail: (trouble: YandexTrouble) => bot.troubles.fail(trouble),
    heal: (only: { kind?: string } = {}) => {
      bot.troubles.heal(only);
      if (only.kind === undefined) bot.isRevoked = false;
    },
    revokeToken: () => {
      bot.isRevoked = true;
    },
    redeliver: (given: { count?: number } = {}) => updates.redeliver(given),
    /** Files are no longer there. */
    expireMedia: () => bot.files.clear(),
  };
}
