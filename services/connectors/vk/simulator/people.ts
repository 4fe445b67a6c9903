import type { Events } from './callback.ts';
import { addMessage, type Community, keepFile, type Message, nextId, type Person, personOf } from './community.ts';
import { saveDoc, savePhoto } from './files.ts';
import { messageOf } from './methods-messages.ts';
import { showMessage } from './show.ts';
import type { Fields } from './types.ts';

/** Who does something, and where: in the private dialog, or in a chat by its peer. */
export interface Where {
  readonly from: number | string;
  readonly chat?: number | string;
}

export interface Said extends Where {
  readonly text?: string;
  readonly replyTo?: number | string;
  /** Further fields of the message: ref, ref_source, payload, fwd_messages… */
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

const client_info = {
  button_actions: [
    'text',
    'vkpay',
    'open_app',
    'location',
    'open_link',
    'callback',
    'intent_subscribe',
    'intent_unsubscribe',
  ],
  ...{ keyboard: true, inline_keyboard: true, carousel: true, lang_id: 0 },
};
const firstPerson = 55_000_000;

/** What people do. Each makes the events that the platform would make, and throws for what cannot be. */
export function createPeople(community: Community, events: Events, url: () => string) {
  const peerOf = ({ from, chat = from }: Where) => Number(chat);

  /** A new person, or a known one as they are now. They have not written yet. */
  function person(given: Partial<Omit<Person, 'id'>> & { id?: number | string } = {}): Person {
    const id = Number(given.id ?? firstPerson + (nextId(community) % 10_000_000));
    const one: Person = { name: 'Anna K', isAllowed: false, access: 'open', ...community.people.get(id), ...given, id };
    community.people.set(id, one);
    return one;
  }

  /** Puts a message of theirs into the dialog and tells it; gives its number in the dialog. */
  function say(where: Said, content: Fields): number {
    const who = personOf(community, where.from);
    const peer = peerOf(where);
    if (peer === who.id) who.isAllowed = true;
    const reply = where.replyTo === undefined ? {} : { reply_message: messageOf(community, peer, where.replyTo) };
    const message = addMessage(community, peer, who.id, { ...content, ...reply, ...where.more });
    showMessage(community, message, who.name);
    events.tell('message_new', { message: bare(message), client_info });
    return message.conversation_message_id;
  }

  /** Writes a text; the first one after a link has what the link carried, by `more`. */
  const write = (said: Said & { text: string }) => say(said, { text: said.text });

  /** Sends a file: image, voice, file, sticker; given as bytes or as base64. */
  function attach({ kind, caption = '', ...given }: Attached): number {
    const bytes = given.bytes ?? Buffer.from(given.base64 ?? '', 'base64');
    const { mimeType = 'application/octet-stream', name = `${kind}.bin` } = given;
    const owner = Number(given.from);
    const key = keepFile(community, { bytes, mimeType, name });
    const link = `${url()}/file/${key}`;
    const attachment =
      kind === 'image'
        ? { type: 'photo', photo: savePhoto(community, key, url(), owner) }
        : kind === 'sticker'
          ? {
              type: 'sticker',
              sticker: { product_id: 1, sticker_id: 9_001, images: [{ url: link, width: 128, height: 128 }], key },
            }
          : saveDoc(community, { key, type: kind === 'voice' ? 'audio_message' : 'doc', title: name, owner }, url());
    return say(given, { text: caption, attachments: [attachment] });
  }

  /** Opens the dialog by the button or by a link. */
  function start({ from, payload: ref }: Where & { payload?: string }): number {
    const more = { payload: '{"command":"start"}', ...(ref ? { ref, ref_source: 'site' } : {}) };
    return say({ from, more }, { text: 'Начать' });
  }

  /** Presses a button, under a message or in place of the keyboard, by its id as the page shows it or by its label. */
  function press({
    message,
    button,
    ...where
  }: Where & { message?: number | string; button: string }): string | number {
    const peer = peerOf(where);
    const chat = community.chats.of(String(peer));
    const rows =
      message === undefined ? chat.keyboard : (community.chats.find(String(peer), Number(message)).buttons ?? []);
    const shown = rows.flat().find(({ id, label }) => id === button || label === button);
    if (shown === undefined) throw new Error('there is no such button');
    const { type, label, payload } = JSON.parse(shown.id) as { type: string; label?: string; payload?: string };
    const more = payload === undefined ? {} : { payload };
    if (type === 'text') return say({ ...where, more }, { text: label ?? '' });
    if (type === 'location') return shareLocation({ ...where, latitude: 55.7512, longitude: 37.6184, more });
    if (type !== 'callback') throw new Error('that button leads elsewhere');
    const event_id = `e9f1${nextId(community)}`;
    community.presses.set(event_id, { peer, atMs: community.now() });
    const place = message === undefined ? {} : { conversation_message_id: Number(message) };
    events.tell('message_event', {
      user_id: Number(where.from),
      peer_id: peer,
      event_id,
      payload: JSON.parse(payload ?? '{}'),
      ...place,
    });
    return event_id;
  }

  function shareLocation({ latitude, longitude, ...where }: Said & { latitude: number; longitude: number }): number {
    return say(where, { geo: { type: 'point', coordinates: { latitude, longitude }, place: { title: 'Moscow' } } });
  }

  return {
    person,
    say,
    write,
    attach,
    start,
    press,
    shareLocation,
    /** Sends anything else that there is: attachments by their shape, forwarded messages. */
    send: ({ content, ...where }: Said & { content: Fields }) => say(where, content),
  };
}

/** Without what only the simulator needs. */
export function bare(message: Message): Fields {
  return JSON.parse(JSON.stringify(message, (name, value) => (name === 'key' ? undefined : value))) as Fields;
}
