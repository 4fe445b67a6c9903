import type { HookCaller, MediaKind } from '@trunkline/testkit/simulator';
import { type Account, keepFile, newPerson, type Person, personOf } from './account.ts';
import { type Event, eventOf } from './hook.ts';
import type { Fields } from './types.ts';

interface Where {
  readonly from: string;
}

interface Attached extends Where {
  readonly kind: string;
  readonly bytes?: Uint8Array;
  readonly base64?: string;
  readonly name?: string;
  readonly mimeType?: string;
  readonly caption?: string;
}

/** The platform's types of files by what a page calls them. */
const types: Readonly<Record<string, string>> = { image: 'picture', audio: 'file', voice: 'file', file: 'file' };
const shownKinds: Readonly<Record<string, MediaKind>> = { picture: 'image', video: 'video', sticker: 'sticker' };

/** What people do. Each makes the events that the platform would make, and throws for what cannot be. */
export function createPeople(account: Account, hook: HookCaller<Event>, url: () => string) {
  const { chats, people } = account;

  /** A new person, or a known one as they are now. They have not written yet. */
  function person(given: Partial<Person> = {}): Person {
    const one = newPerson({ ...people.get(given.id ?? ''), ...given });
    people.set(one.id, one);
    return one;
  }

  const userOf = ({ id, name, language, country, apiVersion: api_version }: Person) => ({
    ...{ id, name, avatar: 'https://media-direct.cdn.viber.com/download_photo?dlid=1', language, country, api_version },
  });

  /** Tells a message of theirs, which subscribes them; gives its token. */
  function say(from: string, message: Fields, shown: object): string {
    const who = personOf(account, from);
    Object.assign(who, { isSubscribed: true, unanswered: [], openedAtMs: undefined });
    chats.of(from).state = '';
    const { tracking_data } = (chats.of(from).messages.findLast(({ by }) => by === 'account')?.raw ?? {}) as Fields;
    const told = tracking_data === undefined ? message : { ...message, tracking_data };
    const event = eventOf(account, 'message', { silent: false, sender: userOf(who), message: told });
    hook.push(event);
    const id = String(event.message_token);
    chats.add(from, { id, by: 'client', ...shown });
    return id;
  }

  /** Sends a file: image, video, audio or file; a sticker has a number too. Given as bytes or as base64. */
  function attach({ from, kind, caption, ...given }: Attached): string {
    const bytes = given.bytes ?? Buffer.from(given.base64 ?? '', 'base64');
    const { mimeType = 'application/octet-stream', name = `${kind}.bin` } = given;
    const type = types[kind] ?? kind;
    const file = keepFile(account, { bytes, mimeType, name });
    const media = `${url()}/media/${file}/${encodeURIComponent(name)}?Expires=${Math.floor(account.now() / 1_000) + 3_600}&Signature=simulated`;
    const words = caption === undefined ? {} : { text: caption };
    const own = {
      picture: { ...words, media, thumbnail: media, file_name: name, size: bytes.length },
      video: { ...words, media, thumbnail: media, duration: 14, size: bytes.length },
      sticker: { sticker_id: 46_105, media },
    }[type] ?? { media, file_name: name, size: bytes.length };
    return say(from, { type, ...own }, { ...words, media: { kind: shownKinds[type] ?? 'file', file, name } });
  }

  /** Presses a button of the keyboard, or of cards, by its id as the page shows it or by its label. */
  function press({ from, message, button }: Where & { message?: string; button: string }): string {
    const rows = message === undefined ? chats.of(from).keyboard : (chats.find(from, message).buttons ?? []);
    const shown = rows.flat().find(({ id, label }) => id === button || label === button);
    const [, kind, body = ''] = /^\w+:\d+:([\w-]+):(.*)$/s.exec(shown?.id ?? '') ?? [];
    if (kind === 'share-phone') return shareContact({ from, name: personOf(account, from).name, phone: '79990001122' });
    if (kind === 'location-picker') return shareLocation({ from, latitude: 55.7512, longitude: 37.6184 });
    if (kind !== 'reply') throw new Error('there is no such button, or it leads elsewhere');
    return say(from, { type: 'text', text: body }, { text: shown?.label });
  }

  function shareLocation({
    from,
    latitude: lat,
    longitude: lon,
  }: Where & { latitude: number; longitude: number }): string {
    return say(
      from,
      { type: 'location', location: { lat, lon, address: '1 Main st' } },
      { place: { latitude: lat, longitude: lon } },
    );
  }

  function shareContact({ from, name, phone }: Where & { name: string; phone: string }): string {
    return say(from, { type: 'contact', contact: { name, phone_number: phone } }, { card: { name, phone } });
  }

  /** Opens the conversation, by a link that may carry something. */
  function start({ from, payload }: Where & { payload?: string }): void {
    const who = personOf(account, from);
    who.openedAtMs = account.now();
    const context = payload === undefined || payload === '' ? {} : { context: payload };
    hook.push(
      eventOf(account, 'conversation_started', {
        type: 'open',
        ...context,
        user: userOf(who),
        subscribed: who.isSubscribed,
      }),
    );
    chats.add(from, { id: `open ${account.now()}`, by: 'note', text: 'opened' });
  }

  function subscription(from: string, isSubscribed: boolean): void {
    const who = personOf(account, from);
    who.isSubscribed = isSubscribed;
    const event = isSubscribed ? ['subscribed', { user: userOf(who) }] : ['unsubscribed', { user_id: from }];
    hook.push(eventOf(account, event[0] as string, event[1] as Fields));
    chats.of(from).state = isSubscribed ? '' : 'unsubscribed';
    chats.tell();
  }

  /** Reads all that the bot sent. */
  function read({ from }: Where): void {
    for (const { id, by, state } of chats.of(from).messages) {
      if (by !== 'account' || state === 'seen') continue;
      hook.push({ ...eventOf(account, 'seen', {}), message_token: BigInt(id), user_id: from });
      chats.change(from, id, { state: 'seen' });
    }
  }

  return {
    person,
    start,
    write: ({ from, text }: Where & { text: string }) => say(from, { type: 'text', text }, { text }),
    attach,
    /** Sends anything else that there is: {type: 'url', media: …}. */
    send: ({ from, content }: Where & { content: Fields }) =>
      say(from, content, { text: `[${content.type}]`, raw: content }),
    sendSticker: ({ from }: Where) => attach({ from, kind: 'sticker', mimeType: 'image/png', base64: dot }),
    shareLocation,
    shareContact,
    press,
    read,
    subscribe: ({ from }: Where) => subscription(from, true),
    unsubscribe: ({ from }: Where) => subscription(from, false),
  };
}

/** One dot as a picture. */
const dot = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
