import type { KeptFile, MediaKind } from '@trunkline/testkit/simulator';
import { type Account, type Person, storeMedia } from './account.ts';
import type { createGroups } from './groups.ts';
import { linkTo } from './media.ts';
import type { Extras, Telling, Where } from './telling.ts';
import { type Fields, keptDays } from './types.ts';

interface Attached extends Where, Extras {
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
export function createPeople(
  account: Account,
  telling: Telling,
  { groups, url }: { readonly groups: ReturnType<typeof createGroups>; readonly url: () => string },
) {
  const { chats } = account;
  const { personOf, groupOf, person, say, show } = telling;

  /** Writes a text. Tells its id. */
  function write({ text, ...given }: Where & Extras & { text: string }): string {
    const id = say(given, { type: 'text', text: { body: text } }, given);
    const quoted = chats.of(given.chat ?? given.from).messages.find((one) => one.id === given.replyTo);
    show(given, id, { text, ...(quoted && { quote: quoted.text ?? '…' }) });
    return id;
  }

  /** Sends a file: image, video, audio, voice, document or sticker; given as bytes or as base64. */
  function attach({ kind, caption, ...given }: Attached): string {
    const bytes = given.bytes ?? Buffer.from(given.base64 ?? '', 'base64');
    const { mimeType = 'application/octet-stream', name = `${kind}.bin` } = given;
    const media = storeMedia(account, { bytes, mimeType, name } satisfies KeptFile, keptDays.received);
    const type = kind === 'voice' ? 'audio' : kind === 'file' ? 'document' : kind;
    const link = { url: linkTo(account, media, url()) };
    const file = { id: media.id, mime_type: mimeType, sha256: media.sha256, ...link, ...(caption && { caption }) };
    const own = {
      document: { filename: name },
      audio: { voice: kind === 'voice' },
      sticker: { animated: false },
    }[type];
    const id = say(given, { type, [type]: { ...file, ...own } }, given);
    show(given, id, {
      media: { kind: shownKinds[type] ?? 'file', file: media.id, name },
      ...(caption && { text: caption }),
    });
    return id;
  }

  /** Sends anything else that there is: {type: 'order', order: …}, {type: 'unsupported', errors: …}. */
  function send({ content, ...given }: Where & Extras & { content: Fields & { type: string } }): string {
    const id = say(given, content, given);
    show(given, id, { text: `[${content.type}]`, raw: content });
    return id;
  }

  function shareLocation({
    latitude,
    longitude,
    name,
    address,
    ...given
  }: Where & Extras & { latitude: number; longitude: number; name?: string; address?: string }): string {
    const location = { latitude, longitude, ...(name && { name }), ...(address && { address }) };
    const id = say(given, { type: 'location', location }, given);
    show(given, id, { place: { latitude, longitude, ...(name && { title: name }) } });
    return id;
  }

  function shareContact({ name, phone, ...given }: Where & Extras & { name: string; phone: string }): string {
    const card = {
      name: { formatted_name: name, first_name: name.split(' ')[0] },
      phones: [{ phone, wa_id: phone.replace(/\D/g, ''), type: 'CELL' }],
    };
    const id = say(given, { type: 'contacts', contacts: [card] }, given);
    show(given, id, { card: { name, phone } });
    return id;
  }

  /** Gets another number: the old one is gone. */
  function changeNumber({ from, phone }: { from: string; phone: string }): Person {
    const who = personOf(from);
    const body = `User ${who.name} changed from ${who.phone} to ${phone}`;
    say({ from }, { type: 'system', system: { type: 'user_changed_number', body, wa_id: phone } });
    account.people.delete(from);
    return person({ id: phone, name: who.name });
  }

  const access =
    (to: Person['access']) =>
    ({ from }: Where): void => {
      personOf(from).access = to;
      chats.of(from).state = to === 'open' ? '' : to.replaceAll('_', ' ');
      chats.tell();
    };

  return {
    person,
    write,
    attach,
    send,
    shareLocation,
    shareContact,
    changeNumber,
    block: access('blocked'),
    unblock: access('open'),
    leaveWhatsApp: access('not_on_whatsapp'),
    closeWindow: ({ from }: Where) => {
      personOf(from).lastWroteAtMs = undefined;
    },
    joinGroup: ({ from, group }: Where & { group: string }) => groups.join(personOf(from), groupOf(group)),
    leaveGroup: ({ from, group }: Where & { group: string }) => groups.leave(personOf(from), groupOf(group)),
  };
}
