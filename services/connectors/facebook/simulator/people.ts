import type { HookCaller, MediaKind } from '@trunkline/testkit/simulator';
import { threadEvent } from './hook.ts';
import { keepFile, newMid, nextNumber, type Page, type Person, personOf } from './page.ts';
import { type Event, type Fields, reactionNames } from './types.ts';

export interface Where {
  readonly from: string;
}

interface Said extends Where {
  readonly replyTo?: string;
  /** Further fields of the message: referral… */
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

const shownKinds: Readonly<Record<string, MediaKind>> = {
  image: 'image',
  video: 'video',
  audio: 'audio',
  sticker: 'sticker',
};

/** What people do. Each makes the events that the platform would make, and throws for what cannot be. */
export function createPeople(page: Page, hook: HookCaller<Event>, url: () => string) {
  const { chats } = page;

  /** A new person, or a known one as they are now. They have not written yet. */
  function person(given: Partial<Person> = {}): Person {
    const id = given.id ?? `76543${nextNumber(page)}`;
    const one: Person = {
      name: 'Anna K',
      lastActedAtMs: undefined,
      isBlocked: false,
      owner: undefined,
      ...page.people.get(id),
      ...given,
      id,
    };
    page.people.set(id, one);
    return one;
  }

  /** Something that opens the window. */
  function act(from: string, field: string, what: Fields): void {
    const who = personOf(page, from);
    who.lastActedAtMs = page.now();
    hook.push(threadEvent(page, who, field, what));
  }

  function say({ from, replyTo, more }: Said, content: Fields, shown: object): string {
    const mid = newMid(page);
    const reply = replyTo === undefined ? {} : { reply_to: { mid: replyTo } };
    act(from, 'messages', { message: { mid, ...content, ...reply, ...more } });
    const quoted = chats.of(from).messages.find(({ id }) => id === replyTo);
    chats.of(from).keyboard = [];
    chats.add(from, { id: mid, by: 'client', ...shown, ...(quoted && { quote: quoted.text ?? '…' }) });
    return mid;
  }

  /** Sends a file: image, video, audio, file; given as bytes or as base64. A caption is a message of its own. */
  function attach({ kind, caption, ...given }: Attached): string {
    const bytes = given.bytes ?? Buffer.from(given.base64 ?? '', 'base64');
    const { mimeType = 'application/octet-stream', name = `${kind}.bin` } = given;
    const type = kind === 'voice' ? 'audio' : kind;
    const file = keepFile(page, { bytes, mimeType, name });
    const link = `${url()}/cdn/${file}/${encodeURIComponent(name)}?oh=simulated&oe=${Math.floor(page.now() / 1_000).toString(16)}`;
    const sticker = type === 'sticker' ? { sticker_id: 369_239_263_222_822 } : {};
    const attachments = [{ type, payload: { url: link, ...sticker } }];
    const mid = say(given, { attachments, ...sticker }, { media: { kind: shownKinds[type] ?? 'file', file, name } });
    if (caption) say(given, { text: caption }, { text: caption });
    return mid;
  }

  /** Presses a button, under a message or in place of the keyboard, by its id as the page shows it or by its label. */
  function press({ from, message, button }: Where & { message?: string; button: string }): string {
    const rows = message === undefined ? chats.of(from).keyboard : (chats.find(from, message).buttons ?? []);
    const shown = rows.flat().find(({ id, label }) => id === button || label === button);
    if (shown === undefined) throw new Error('there is no such button');
    const [kind = '', ...rest] = shown.id.split(':');
    const payload = rest.join(':');
    if (kind === 'quick') return say({ from }, { text: shown.label, quick_reply: { payload } }, { text: shown.label });
    if (kind.startsWith('user_'))
      return say({ from }, { text: shown.label, quick_reply: { payload: shown.label } }, { text: shown.label });
    if (kind !== 'postback') throw new Error('that button leads elsewhere');
    const mid = newMid(page);
    act(from, 'messaging_postbacks', { postback: { mid, title: shown.label, payload } });
    chats.add(from, { id: mid, by: 'client', text: shown.label });
    return mid;
  }

  /** Opens the thread: a new one by its button, an old one by a link. */
  function start({ from, payload: ref }: Where & { payload?: string }): void {
    const referral = ref ? { ref, source: 'SHORTLINK', type: 'OPEN_THREAD' } : undefined;
    const isNew = personOf(page, from).lastActedAtMs === undefined;
    if (!isNew && referral === undefined) return;
    if (!isNew) {
      act(from, 'messaging_referrals', { referral });
      return;
    }
    const postback = { mid: newMid(page), title: 'Get started', payload: 'GET_STARTED', ...(referral && { referral }) };
    act(from, 'messaging_postbacks', { postback });
    chats.add(from, { id: postback.mid, by: 'note', text: 'started' });
  }

  /** Changes an own message, five times at most. */
  function edit({ from, message, text }: Where & { message: string; text: string }): void {
    const num_edit = Number((chats.find(from, message).raw as { edits?: number } | undefined)?.edits ?? 0) + 1;
    if (num_edit > 5) throw new Error('a message may be changed five times');
    act(from, 'message_edits', { message_edit: { mid: message, text, num_edit } });
    chats.change(from, message, { text, isEdited: true, raw: { edits: num_edit } });
  }

  /** Reacts to a message; an empty text takes the reaction away. */
  function react({ from, message, emoji }: Where & { message: string; emoji: string }): void {
    const what =
      emoji === '' ? { action: 'unreact' } : { action: 'react', reaction: reactionNames[emoji] ?? 'other', emoji };
    act(from, 'message_reactions', { reaction: { mid: message, ...what } });
    chats.change(from, message, { reactions: emoji === '' ? [] : [emoji] });
  }

  /** Reads all that the page sent. */
  function read({ from }: Where): void {
    hook.push(threadEvent(page, personOf(page, from), 'message_reads', { read: { watermark: page.now() } }));
    for (const { id, by } of chats.of(from).messages) if (by === 'account') chats.change(from, id, { state: 'read' });
  }

  return {
    person,
    write: ({ text, ...given }: Said & { text: string }) => say(given, { text }, { text }),
    attach,
    /** Sends anything else that there is: {attachments: [{type: 'fallback', …}]}. */
    send: ({ content, ...given }: Said & { content: Fields }) =>
      say(given, content, { text: '[attachment]', raw: content }),
    sendLink: ({ from, url: link }: Where & { url: string }) =>
      say(
        { from },
        { text: link, attachments: [{ type: 'fallback', title: 'Page', url: link, payload: null }] },
        { text: link },
      ),
    press,
    start,
    edit,
    react,
    read,
    block: ({ from }: Where) => Object.assign(personOf(page, from), { isBlocked: true }),
    unblock: ({ from }: Where) => Object.assign(personOf(page, from), { isBlocked: false }),
    /** So many hours pass in this thread; a day unless said. */
    pass: ({ from, hours = 25 }: Where & { hours?: number }) => {
      const who = personOf(page, from);
      if (who.lastActedAtMs !== undefined) who.lastActedAtMs -= hours * 60 * 60_000;
    },
  };
}
