import type { HookCaller, MediaKind } from '@trunkline/testkit/simulator';
import { type Account, keepFile, newMid, nextNumber, type Person, personOf } from './account.ts';
import { threadEvent } from './hook.ts';
import { type Event, type Fields, limits } from './types.ts';

export interface Where {
  readonly from: string;
}

interface Said extends Where {
  readonly replyTo?: string;
}

interface Attached extends Said {
  /** image, video, audio, file, share, story_mention, reel… */
  readonly kind: string;
  readonly bytes?: Uint8Array;
  readonly base64?: string;
  readonly name?: string;
  readonly mimeType?: string;
  readonly caption?: string;
}

const shownKinds: Readonly<Record<string, MediaKind>> = {
  image: 'image',
  video: 'video',
  audio: 'audio',
  story_mention: 'image',
};

/** What people do. Each makes the events that the platform would make, and throws for what cannot be. */
export function createPeople(account: Account, hook: HookCaller<Event>, url: () => string) {
  const { chats } = account;

  /** A new person, or a known one as they are now. They have not written yet. */
  function person(given: Partial<Person> = {}): Person {
    const id = given.id ?? `99887${nextNumber(account)}`;
    const one: Person = {
      name: 'Anna K',
      username: 'anna_k',
      lastActedAtMs: undefined,
      isBlocked: false,
      ...account.people.get(id),
      ...given,
      id,
    };
    account.people.set(id, one);
    return one;
  }

  /** Something that opens the window. */
  function act(from: string, field: string, what: Fields): void {
    const who = personOf(account, from);
    who.lastActedAtMs = account.now();
    hook.push(threadEvent(account, who, field, what));
  }

  function say({ from, replyTo }: Said, content: Fields, shown: object): string {
    const mid = newMid(account);
    const reply = replyTo === undefined ? {} : { reply_to: { mid: replyTo } };
    act(from, 'messages', { message: { mid, ...reply, ...content } });
    const quoted = chats.of(from).messages.find(({ id }) => id === replyTo);
    chats.of(from).keyboard = [];
    chats.add(from, { id: mid, by: 'client', ...shown, ...(quoted && { quote: quoted.text ?? '…' }) });
    return mid;
  }

  /** A link to what somebody sent; one to a story dies with it. */
  function linkTo(file: string): string {
    return `${url()}/ig_messaging_cdn/?asset_id=${file}&signature=simulated`;
  }

  /** Sends a file, a share or a mention; given as bytes or as base64. A caption is a message of its own. */
  function attach({ kind, caption, ...given }: Attached): string {
    const bytes = given.bytes ?? Buffer.from(given.base64 ?? '', 'base64');
    const { mimeType = 'application/octet-stream', name = `${kind}.bin` } = given;
    const type = kind === 'voice' ? 'audio' : kind === 'sticker' ? 'image' : kind;
    const file = keepFile(account, { bytes, mimeType, name }, type === 'story_mention' ? limits.storyMs : undefined);
    const mid = say(
      given,
      { attachments: [{ type, payload: { url: linkTo(file) } }] },
      { media: { kind: shownKinds[type] ?? 'file', file, name } },
    );
    if (caption) say(given, { text: caption }, { text: caption });
    return mid;
  }

  /** Answers a story of the account. */
  function answerStory({ from, text }: Where & { text: string }): string {
    const file = keepFile(account, { bytes: Buffer.from('a story'), mimeType: 'image/jpeg' }, limits.storyMs);
    return say(
      { from },
      { text, reply_to: { story: { id: `179${nextNumber(account)}`, url: linkTo(file) } } },
      { text, quote: 'a story' },
    );
  }

  /** Presses a button, under a message or in place of the keyboard, by its id as the page shows it or by its label. */
  function press({ from, message, button }: Where & { message?: string; button: string }): string {
    const rows = message === undefined ? chats.of(from).keyboard : (chats.find(from, message).buttons ?? []);
    const shown = rows.flat().find(({ id, label }) => id === button || label === button);
    if (shown === undefined) throw new Error('there is no such button');
    const [kind = '', ...rest] = shown.id.split(':');
    const payload = rest.join(':');
    if (kind === 'quick') return say({ from }, { text: shown.label, quick_reply: { payload } }, { text: shown.label });
    if (kind !== 'postback') throw new Error('that button leads elsewhere');
    return postback(from, { title: shown.label, payload });
  }

  function postback(from: string, what: Fields & { title: string }): string {
    const mid = newMid(account);
    act(from, 'messaging_postbacks', { postback: { mid, ...what } });
    chats.add(from, { id: mid, by: 'client', text: what.title });
    return mid;
  }

  /** Opens the thread by a link: a new one by an ice breaker, an old one alone. */
  function start({ from, payload: ref }: Where & { payload?: string }): void {
    const referral = ref ? { ref, source: 'SHORTLINKS', type: 'OPEN_THREAD' } : undefined;
    if (personOf(account, from).lastActedAtMs === undefined)
      postback(from, { title: 'Price?', payload: 'PRICE', ...(referral && { referral }) });
    else if (referral !== undefined) act(from, 'messaging_referral', { referral });
  }

  /** Reacts to a message; an empty text takes the reaction away. */
  function react({ from, message, emoji }: Where & { message: string; emoji: string }): void {
    const what =
      emoji === '' ? { action: 'unreact' } : { action: 'react', reaction: emoji === '❤' ? 'love' : 'other', emoji };
    act(from, 'message_reactions', { reaction: { mid: message, ...what } });
    chats.change(from, message, { reactions: emoji === '' ? [] : [emoji] });
  }

  /** Reads up to the last message that the account sent. */
  function read({ from }: Where): void {
    const theirs = chats.of(from).messages.filter(({ by }) => by === 'account');
    const last = theirs.at(-1);
    if (last === undefined) return;
    hook.push(threadEvent(account, personOf(account, from), 'messaging_seen', { read: { mid: last.id } }));
    for (const { id } of theirs) chats.change(from, id, { state: 'seen' });
  }

  /** Takes an own message back. */
  function unsend({ from, message }: Where & { message: string }): void {
    hook.push(
      threadEvent(account, personOf(account, from), 'messages', { message: { mid: message, is_deleted: true } }),
    );
    chats.change(from, message, { isDeleted: true });
  }

  return {
    person,
    write: ({ text, ...given }: Said & { text: string }) => say(given, { text }, { text }),
    attach,
    answerStory,
    /** Sends anything else that there is: {is_unsupported: true}. */
    send: ({ content, ...given }: Said & { content: Fields }) =>
      say(given, content, { text: '[something]', raw: content }),
    press,
    start,
    react,
    read,
    unsend,
  };
}
